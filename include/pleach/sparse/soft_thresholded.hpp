// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table read through a soft threshold: V^ = sign(V) * max(|V| - tau, 0). A value of magnitude at most tau reads as +0 and
/// gets no gradient; only decay, or neighbors that share its threshold, can bring it back. Surviving values are shrunk by tau,
/// a bias that training a ticket (prune/ticket.hpp) removes.
///
/// Sparsity refers to V^, never to V, as footprint() counts it. Storage is dense, plus the thresholds (one per weight with
/// per_element): this table is for the search, not for serving. Source: Liu et al., "Learnable Embedding Sizes for Recommender
/// Systems" (PEP), ICLR 2021, section 3.2.

#include <pleach/core/detail/scratch.hpp>
#include <pleach/kernel/soft_threshold.hpp>
#include <pleach/sparse/detail/count_lookups.hpp>
#include <pleach/sparse/threshold.hpp>
#include <pleach/table/parts.hpp>

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Base, class Thresholds = learned_thresholds<typename Base::value_type>>
class soft_thresholded {
    static_assert(writable_row_table<Base>,
                  "pleach::soft_thresholded needs a writable_row_table; to threshold a composed table, threshold its parts");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using base_type = Base;

    struct gradient_type {
        typename Base::gradient_type base;
        typename Thresholds::gradient_type thresholds;
    };

    /// *Throws* std::invalid_argument if the thresholds were made for another shape.
    soft_thresholded(Base base, Thresholds thresholds) : base_(std::move(base)), thresholds_(std::move(thresholds)) {
        thresholds_.check(base_.size(), base_.dim());
    }

    [[nodiscard]] std::size_t size() const noexcept { return base_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }
    [[nodiscard]] const Thresholds& thresholds() const noexcept { return thresholds_; }
    [[nodiscard]] Thresholds& thresholds() noexcept { return thresholds_; }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(id_type id, std::span<value_type> out) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "soft_thresholded::lookup was given an output whose width is not dim()");
        const std::span<const value_type> v = base_.row(id);
        for_each_piece(id, [&](std::size_t first, const value_type* tau, std::size_t n) {
            soft_threshold(v.data() + first, tau, out.data() + first, n);
        });
    }

    /// See table/parts.hpp; f must return a writable_row_table.
    template <class F>
        requires writable_row_table<part_under<F, Base>>
    [[nodiscard]] auto over(F&& f) const {
        return soft_thresholded<part_under<F, Base>, Thresholds>(f(base_), thresholds_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.base_);
    }

    [[nodiscard]] gradient_type make_gradient() const { return {base_.make_gradient(), thresholds_.make_gradient()}; }

    /// The sub-gradients of values and thresholds; both are 0 for a value that reads as 0.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const {
        const std::span<const value_type> v = base_.row(id);
        detail::with_scratch<value_type>(dim(), [&](std::span<value_type> to_values) {
            for_each_piece(id, [&](std::size_t first, const value_type* tau, std::size_t n) {
                value_type to_thresholds[piece];
                soft_threshold_gradient(v.data() + first, tau, upstream.data() + first, to_values.data() + first, to_thresholds,
                                        n);
                thresholds_.accumulate(to_index(id), first, std::span<const value_type>(tau, n),
                                       std::span<const value_type>(to_thresholds, n), gradient.thresholds);
            });
            base_.accumulate(id, to_values, gradient.base);
        });
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        base_.for_each_parameter([&](stored_parameter<value_type> p) {
            p.live = {this, [](const void* self) { return static_cast<const soft_thresholded*>(self)->count_nonzero(); }};
            visit(std::as_const(p));
        });
        thresholds_.for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        base_.for_each_parameter(gradient.base, visit);
        thresholds_.for_each_parameter(gradient.thresholds, visit);
    }

    /// Number of values that are nonzero in a lookup. *Complexity:* O(size * dim).
    [[nodiscard]] std::size_t count_nonzero() const { return detail::count_nonzero_lookups(*this); }

private:
    static constexpr std::size_t piece = 64;

    // Calls use(first, tau, n) with the thresholds of columns first .. first + n - 1, a few columns at a time.
    template <class Use>
    void for_each_piece(id_type id, Use&& use) const
        noexcept(noexcept(use(std::size_t{}, nullptr, std::size_t{})) && !hardened) {
        value_type tau[piece];
        const std::size_t r = to_index(id);
        for (std::size_t first = 0; first < dim(); first += piece) {
            const std::size_t n = dim() - first < piece ? dim() - first : piece;
            thresholds_.fill(r, first, std::span<value_type>(tau, n));
            use(first, tau, n);
        }
    }

    Base base_;
    Thresholds thresholds_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
