// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A mask over shared weights: V^ = V .* M, applied on every read. Base and mask are borrowed, so that several tasks can each
/// train their own subset of one table; both must outlive the overlay.
///
/// Unlike in `masked`, entries outside the mask keep their values in the base, because another overlay may use them; the price
/// is a masked copy per lookup. An overlay over a `const` base can be read but not trained. Source: Sun et al., "Learning
/// Sparse Sharing Architectures for Multiple Tasks", AAAI 2020.

#include <pleach/core/bit_mask.hpp>
#include <pleach/kernel/mask_rows.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/parts.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Base>
class mask_overlay {
    static_assert(writable_row_table<std::remove_const_t<Base>>,
                  "pleach::mask_overlay needs a writable_row_table, whose entries are all free; a masked table already has "
                  "its mask");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using gradient_type = typename Base::gradient_type;

    /// Borrows both. *Throws* std::invalid_argument if the mask is not size() x dim().
    mask_overlay(Base& base, const bit_mask& mask) : base_(&base), mask_(&mask) {
        if (mask.rows() != base.size() || mask.cols() != base.dim())
            throw std::invalid_argument("pleach::mask_overlay: the mask is " + std::to_string(mask.rows()) + " x " +
                                        std::to_string(mask.cols()) + ", but the table is " + std::to_string(base.size()) +
                                        " x " + std::to_string(base.dim()));
    }
    mask_overlay(Base& base, const bit_mask&& mask) = delete;  // the overlay would outlive the mask

    [[nodiscard]] std::size_t size() const noexcept { return base_->size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return base_->dim(); }
    [[nodiscard]] const Base& base() const noexcept { return *base_; }
    [[nodiscard]] const bit_mask& mask() const noexcept { return *mask_; }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(id_type id, std::span<value_type> out) const noexcept(!hardened) {
        base().lookup(id, out);
        mask_row(words_of(id).data(), out.data(), out.size());
    }

    /// out += weight * row. *Precondition:* as lookup.
    void add_to(std::span<value_type> out, id_type id, value_type weight) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "mask_overlay::add_to was given an output whose width is not dim()");
        add_masked_row(words_of(id).data(), weight, base().row(id).data(), out.data(), out.size());
    }

    void prefetch(id_type id) const noexcept
        requires has_prefetch<Base>
    {
        base().prefetch(id);
    }

    /// See table/parts.hpp. The result owns its base, so it is a `masked` table; f must return a writable_row_table.
    template <class F>
        requires writable_row_table<part_under<F, Base>>
    [[nodiscard]] auto over(F&& f) const {
        return masked<part_under<F, Base>>(f(base()), *mask_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", *self.base_);
    }

    [[nodiscard]] gradient_type make_gradient() const { return base().make_gradient(); }

    /// As the base. Gradients of entries outside the mask stay readable; optimizer steps skip them.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const {
        base().accumulate(id, upstream, gradient);
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        base().for_each_parameter([&](const stored_parameter<value_type>& p) {
            visit(stored_parameter<value_type>{p.name, p.role, p.values, mask_});
        });
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit)
        requires(!std::is_const_v<Base>)
    {
        base_->for_each_parameter(gradient, [&](const parameter<value_type>& p) {
            visit(parameter<value_type>{p.name, p.role, p.values, p.gradient, mask_});
        });
    }

private:
    [[nodiscard]] std::span<const std::uint64_t> words_of(id_type id) const noexcept(!hardened) {
        return mask_->row_words(to_index(id));
    }

    Base* base_;
    const bit_mask* mask_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
