// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table read through gates: V^ = gate * V, one gate per unit of a granularity, learned along with the values. Gates that
/// become zero (by an L1 penalty, by projection, or by setting the smallest to zero) remove whole blocks of a row; what is left
/// is a ticket (prune/ticket.hpp).
///
///     dL/dV = gate * g        dL/dgate = sum of V * g over the elements that share the gate
///
/// Sparsity refers to V^, as footprint() counts it. Sources: Cheng et al., "Differentiable Neural Input Search" (DNIS), 2020,
/// and Kong et al., "AutoSrh", TKDE 2023 (gates by column and by groups of rows of similar frequency).

#include <pleach/core/detail/scratch.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/sparse/detail/count_lookups.hpp>
#include <pleach/sparse/granularity.hpp>
#include <pleach/table/parts.hpp>

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Base, granularity Layout = per_dim>
class gated {
    static_assert(writable_row_table<Base>,
                  "pleach::gated needs a writable_row_table; to gate a composed table, gate its parts");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using base_type = Base;

    struct gradient_type {
        typename Base::gradient_type base;
        row_gradient<value_type> gates;
    };

    /// All gates start at `initial`. *Throws* std::invalid_argument if it is not finite or the layout does not fit.
    explicit gated(Base base, Layout layout = {}, value_type initial = value_type{1})
        : base_(std::move(base)), layout_(std::move(layout)) {
        if (!(initial - initial == value_type{0}))
            throw std::invalid_argument("pleach::gated: gates start at " + std::to_string(initial) +
                                        ", but must be finite; at 1 every value passes unchanged");
        layout_.check(base_.size());
        const slot_extents extents = layout_.extents(base_.size(), base_.dim());
        gates_ = matrix<value_type>(extents.rows, extents.cols);
        detail::fill_values(gates_.elements(), initial);
    }

    [[nodiscard]] std::size_t size() const noexcept { return base_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }
    [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
    [[nodiscard]] matrix_view<const value_type> gates() const noexcept { return gates_.view(); }
    [[nodiscard]] matrix_view<value_type> gates() noexcept { return gates_.view(); }

    /// *Precondition:* to_index(id) < size(), out.size() == dim(). A gate of zero gives +0.
    void lookup(id_type id, std::span<value_type> out) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "gated::lookup was given an output whose width is not dim()");
        const std::span<const value_type> v = base_.row(id), gate = gates_.row(layout_.row(to_index(id)));
        for (std::size_t c = 0; c < out.size(); ++c) {
            const value_type g = gate[layout_.col(c)];
            out[c] = g == value_type{0} ? value_type{0} : g * v[c];
        }
    }

    /// See table/parts.hpp; f must return a writable_row_table.
    template <class F>
        requires writable_row_table<part_under<F, Base>>
    [[nodiscard]] auto over(F&& f) const {
        gated<part_under<F, Base>, Layout> result(f(base_), layout_);
        result.gates_ = gates_;
        return result;
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.base_);
    }

    [[nodiscard]] gradient_type make_gradient() const { return {base_.make_gradient(), {gates_.rows(), gates_.cols()}}; }

    /// The gradients of values and gates. *Precondition:* as lookup, for upstream. *Complexity:* O(dim).
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const {
        const std::size_t row = layout_.row(to_index(id));
        const std::span<const value_type> v = base_.row(id), gate = gates_.row(row);
        const std::span<value_type> to_gates = gradient.gates.row(row);
        detail::with_scratch<value_type>(dim(), [&](std::span<value_type> to_values) {
            for (std::size_t c = 0; c < to_values.size(); ++c) {
                to_values[c] = gate[layout_.col(c)] * upstream[c];
                to_gates[layout_.col(c)] += v[c] * upstream[c];
            }
            base_.accumulate(id, to_values, gradient.base);
        });
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        base_.for_each_parameter([&](stored_parameter<value_type> p) {
            p.live = {this, [](const void* self) { return static_cast<const gated*>(self)->count_nonzero(); }};
            visit(std::as_const(p));
        });
        visit(stored_parameter<value_type>{"gates", role::gates, gates_.view(), nullptr});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        base_.for_each_parameter(gradient.base, visit);
        visit(parameter<value_type>{"gates", role::gates, gates_.view(), gradient.gates, nullptr});
    }

    /// Number of values that are nonzero in a lookup. *Complexity:* O(size * dim).
    [[nodiscard]] std::size_t count_nonzero() const { return detail::count_nonzero_lookups(*this); }

private:
    template <class, granularity>
    friend class gated;

    Base base_;
    Layout layout_;
    matrix<value_type> gates_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
