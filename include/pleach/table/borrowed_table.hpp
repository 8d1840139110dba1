// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table over rows that somebody else owns, with any stride: the way to use a third-party matrix as a table. It is a view:
/// copying it copies no row (snapshot() of snapshot.hpp does), and it must not outlive the rows.

#include <pleach/kernel/prefetch.hpp>
#include <pleach/table/concepts.hpp>
#include <pleach/table/parameter.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

template <std::floating_point T, entity_id Id = std::uint32_t>
class borrowed_table {
public:
    using value_type = T;
    using id_type = Id;
    using gradient_type = row_gradient<T>;

    /// *Throws* std::invalid_argument if the rows have no columns.
    explicit borrowed_table(matrix_view<T> rows) : rows_(rows) {
        if (rows.cols() == 0)
            throw std::invalid_argument("pleach::borrowed_table: the rows have 0 columns, but need at least one");
    }

    [[nodiscard]] std::size_t size() const noexcept { return rows_.rows(); }
    [[nodiscard]] std::size_t dim() const noexcept { return rows_.cols(); }

    [[nodiscard]] std::span<T> row(Id id) noexcept(!hardened) { return rows_.row(to_index(id)); }
    [[nodiscard]] std::span<const T> row(Id id) const noexcept(!hardened) { return rows_.row(to_index(id)); }

    [[nodiscard]] matrix_view<T> rows() noexcept { return rows_; }
    [[nodiscard]] matrix_view<const T> rows() const noexcept { return rows_; }

    /// The same rows. This member marks them as borrowed, so that snapshot() copies them.
    [[nodiscard]] matrix_view<const T> borrowed_rows() const noexcept { return rows_; }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(Id id, std::span<T> out) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "borrowed_table::lookup was given an output whose width is not dim()");
        detail::copy_values(row(id), out);
    }

    /// out += weight * row. *Precondition:* as lookup.
    void add_to(std::span<T> out, Id id, T weight) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "borrowed_table::add_to was given an output whose width is not dim()");
        add_scaled(weight, row(id).data(), out.data(), dim());
    }

    void prefetch(Id id) const noexcept {
        detail::prefetch_bytes(rows_.data() + to_index(id) * rows_.stride(), dim() * sizeof(T));
    }

    [[nodiscard]] gradient_type make_gradient() const { return {size(), dim()}; }

    /// gradient[id] += upstream.
    void accumulate(Id id, std::span<const T> upstream, gradient_type& gradient) const { gradient.add(to_index(id), upstream); }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit(stored_parameter<T>{"weights", role::weights, rows(), nullptr});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit(parameter<T>{"weights", role::weights, rows_, gradient, nullptr});
    }

private:
    matrix_view<T> rows_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
