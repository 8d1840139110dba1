// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The plain table: one stored row per entity. A regular type, so a copy is a snapshot.

#include <pleach/core/matrix.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/kernel/prefetch.hpp>
#include <pleach/table/concepts.hpp>
#include <pleach/table/parameter.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

template <std::floating_point T, entity_id Id = std::uint32_t>
class dense_table {
public:
    using value_type = T;
    using id_type = Id;
    using gradient_type = row_gradient<T>;

    dense_table() = default;

    /// `size` zero rows of width `dim`. *Throws* std::invalid_argument if dim is 0 or the product is too large.
    dense_table(std::size_t size, std::size_t dim) : weights_(size, checked_dim(dim)) {}

    /// Rows filled by an initializer (init/): element (r, c) depends on the stream, r and c alone.
    template <class Initializer>
    dense_table(std::size_t size, std::size_t dim, const Initializer& initializer, random_stream stream)
        : dense_table(size, dim) {
        initializer.fill(weights_.view(), stream);
    }

    /// Copies `rows`. *Throws* std::invalid_argument if they have no columns.
    explicit dense_table(matrix_view<const T> rows) : weights_(rows) { checked_dim(rows.cols()); }

    [[nodiscard]] std::size_t size() const noexcept { return weights_.rows(); }
    [[nodiscard]] std::size_t dim() const noexcept { return weights_.cols(); }

    [[nodiscard]] std::span<T> row(Id id) noexcept(!hardened) { return weights_.row(to_index(id)); }
    [[nodiscard]] std::span<const T> row(Id id) const noexcept(!hardened) { return weights_.row(to_index(id)); }

    [[nodiscard]] matrix_view<T> rows() noexcept { return weights_.view(); }
    [[nodiscard]] matrix_view<const T> rows() const noexcept { return weights_.view(); }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(Id id, std::span<T> out) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "dense_table::lookup was given an output whose width is not dim()");
        detail::copy_values(row(id), out);
    }

    /// out += weight * row. *Precondition:* as lookup.
    void add_to(std::span<T> out, Id id, T weight) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "dense_table::add_to was given an output whose width is not dim()");
        add_scaled(weight, row(id).data(), out.data(), dim());
    }

    void prefetch(Id id) const noexcept { detail::prefetch_bytes(weights_.data() + to_index(id) * dim(), dim() * sizeof(T)); }

    [[nodiscard]] gradient_type make_gradient() const { return {size(), dim()}; }

    /// gradient[id] += upstream.
    void accumulate(Id id, std::span<const T> upstream, gradient_type& gradient) const { gradient.add(to_index(id), upstream); }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit(stored_parameter<T>{"weights", role::weights, rows(), nullptr});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit(parameter<T>{"weights", role::weights, rows(), gradient, nullptr});
    }

    friend bool operator==(const dense_table&, const dense_table&) = default;

private:
    static std::size_t checked_dim(std::size_t dim) {
        if (dim == 0) throw std::invalid_argument("pleach::dense_table: dim is 0, but a row needs at least one column");
        return dim;
    }

    matrix<T> weights_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
