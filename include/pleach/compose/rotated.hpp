// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table whose rows are multiplied by one square matrix: e_x = R y_x, y_x the base row of x. Few bits and codes lose less of
/// rows that have been turned first; R, which is stored once, turns them back. Products need no row turned back, because
/// q . R y = (R^T q) . y: ranking turns each query once and ranks the base. Source: Ge et al., "Optimized product quantization",
/// TPAMI 2014. assign/rotated_codes.hpp finds R and the codes of such a table.
///
/// R is a parameter of the role `constants`: saved and counted, but moved by no optimizer.

#include <pleach/core/detail/scratch.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/table/parts.hpp>
#include <pleach/table/ranking.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

// Found where they are called, once table/top_k.hpp has been included.
template <class Table, class T>
void score_base(const Table& base, std::span<const T> query, std::span<T> out, executor_ref exec) {
    score(base, query, out, exec);
}
template <class Table, class T>
void rank_base(const Table& base, matrix_view<const T> queries, std::span<best_list<T>> lists, const excluded_ids& excluded,
               executor_ref exec) {
    rank(base, queries, lists, excluded, exec);
}

}  // namespace detail

template <class Base>
class rotated {
    static_assert(embedding_table<Base>, "pleach::rotated needs an embedding_table whose rows it multiplies");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using base_type = Base;

    /// The gradient of the base, and one of R that stays empty.
    struct gradient_type {
        gradient_of<Base> base;
        row_gradient<value_type> rotation;
    };

    /// `rotation` is R, base.dim() x base.dim(). *Throws* std::invalid_argument if it has another shape.
    rotated(Base base, matrix<value_type> rotation) : base_(std::move(base)), rotation_(std::move(rotation)) {
        if (rotation_.rows() != base_.dim() || rotation_.cols() != base_.dim())
            throw std::invalid_argument("pleach::rotated: the matrix is " + std::to_string(rotation_.rows()) + " x " +
                                        std::to_string(rotation_.cols()) + ", but rows of " + std::to_string(base_.dim()) +
                                        " columns need one of as many rows and columns");
    }

    [[nodiscard]] std::size_t size() const noexcept
        requires has_size<Base>
    {
        return base_.size();
    }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }
    [[nodiscard]] const matrix<value_type>& rotation() const noexcept { return rotation_; }

    /// See table/parts.hpp.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        return rotated<part_under<F, Base>>(f(base_), rotation_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.base_);
    }
    /// See frozen/adaptor.hpp.
    [[nodiscard]] static std::string kind() { return "rotated"; }
    template <class Writer>
    void write_frozen(Writer& to) const {
        const std::span<float> stored = to.template array<float>("rotation", dim() * dim());
        for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<float>(rotation_.elements()[i]);
    }
    template <class Reader>
    [[nodiscard]] static rotated read_frozen(Reader& from) {
        auto base = from.template part<Base>("base");
        const auto stored = from.finite_array("rotation", base.dim() * base.dim());
        matrix<value_type> rotation(base.dim(), base.dim());
        for (std::size_t i = 0; i < stored.size(); ++i) rotation.elements()[i] = stored[i];
        return rotated(std::move(base), std::move(rotation));
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim(). *Complexity:* dim^2 multiply-adds.
    void lookup(id_type id, std::span<value_type> out) const {
        detail::with_scratch<value_type>(dim(), [&](std::span<value_type> y) {
            base_.lookup(id, y);
            for (std::size_t r = 0; r < out.size(); ++r) out[r] = product(rotation_.row(r), y);
        });
    }
    void prefetch(id_type id) const noexcept
        requires has_prefetch<Base>
    {
        base_.prefetch(id);
    }

    /// out[x] = query . row x, for all entities. Called by score() of table/top_k.hpp.
    void score(std::span<const value_type> query, std::span<value_type> out, executor_ref exec) const
        requires enumerable_table<Base>
    {
        std::vector<value_type> turned(dim());
        turn_back(query, turned);
        detail::score_base(base_, std::span<const value_type>(turned), out, exec);
    }
    /// Called by top_k() of table/top_k.hpp.
    void rank(matrix_view<const value_type> queries, std::span<best_list<value_type>> lists, const excluded_ids& excluded,
              executor_ref exec) const
        requires enumerable_table<Base>
    {
        matrix<value_type> turned(queries.rows(), dim());
        for (std::size_t q = 0; q < queries.rows(); ++q) turn_back(queries.row(q), turned.row(q));
        detail::rank_base(base_, std::as_const(turned).view(), lists, excluded, exec);
    }

    [[nodiscard]] gradient_type make_gradient() const
        requires has_gradient<Base>
    {
        return {base_.make_gradient(), row_gradient<value_type>(dim(), dim())};
    }
    /// dL/dy_x += R^T upstream.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires trainable_table<Base>
    {
        detail::with_scratch<value_type>(dim(), [&](std::span<value_type> turned) {
            turn_back(upstream, turned);
            base_.accumulate(id, std::span<const value_type>(turned), gradient.base);
        });
    }
    /// The parameters of the base, and "rotation".
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit_parameters("", base_, visit);
        visit(stored_parameter<value_type>{"rotation", role::constants, rotation_.view(), nullptr});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit_parameters("", base_, gradient.base, visit);
        visit(parameter<value_type>{"rotation", role::constants, rotation_.view(), gradient.rotation, nullptr});
    }

private:
    [[nodiscard]] static value_type product(std::span<const value_type> a, std::span<const value_type> b) noexcept {
        value_type sum{0};
        for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
        return sum;
    }
    /// out = R^T x.
    void turn_back(std::span<const value_type> x, std::span<value_type> out) const noexcept {
        for (value_type& to : out) to = value_type{0};
        for (std::size_t r = 0; r < x.size(); ++r)
            for (std::size_t c = 0; c < out.size(); ++c) out[c] += x[r] * rotation_.row(r)[c];
    }

    Base base_;
    matrix<value_type> rotation_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
