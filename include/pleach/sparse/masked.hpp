// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table with pruned ("dead") entries: V^ = V .* M. Dead entries are stored as +0 and stay +0, so a lookup is that of the
/// base and readers need not know the mask. Rows are read-only, so that no entry is revived by accident.
///
/// Storage stays dense: a mask alone saves no memory (see footprint()).
/// Source: Frankle and Carbin, "The Lottery Ticket Hypothesis", ICLR 2019; for embeddings Wang et al., "Exploring Lottery
/// Ticket Hypothesis in Media Recommender Systems", IJIS 2021.

#include <pleach/core/bit_mask.hpp>
#include <pleach/kernel/mask_rows.hpp>
#include <pleach/table/parts.hpp>

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Base>
class masked {
    static_assert(writable_row_table<Base>,
                  "pleach::masked needs a writable_row_table; to prune a composed table, mask its parts");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using base_type = Base;
    using gradient_type = typename Base::gradient_type;

    masked() = default;

    /// All entries are live.
    explicit masked(Base base) : base_(std::move(base)), mask_(bit_mask::ones(base_.size(), base_.dim())) {}

    /// Entries outside the mask die. *Throws* std::invalid_argument if the shapes differ.
    masked(Base base, bit_mask mask) : masked(std::move(base)) { keep(mask); }

    [[nodiscard]] std::size_t size() const noexcept { return base_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] const bit_mask& mask() const noexcept { return mask_; }

    [[nodiscard]] std::span<const value_type> row(id_type id) const noexcept(!hardened) { return base_.row(id); }

    /// All stored rows; dead entries are zero.
    [[nodiscard]] matrix_view<const value_type> rows() const noexcept
        requires requires(const Base& base) { matrix_view<const value_type>(base.rows()); }
    {
        return base_.rows();
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(id_type id, std::span<value_type> out) const noexcept(!hardened) { base_.lookup(id, out); }

    /// out += weight * row. *Precondition:* as lookup.
    void add_to(std::span<value_type> out, id_type id, value_type weight) const noexcept(!hardened)
        requires has_add_to<Base>
    {
        base_.add_to(out, id, weight);
    }

    void prefetch(id_type id) const noexcept
        requires has_prefetch<Base>
    {
        base_.prefetch(id);
    }

    /// See table/parts.hpp; f must return a writable_row_table.
    template <class F>
        requires writable_row_table<part_under<F, Base>>
    [[nodiscard]] auto over(F&& f) const {
        return masked<part_under<F, Base>>(f(base_), mask_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.base_);
    }

    /// Also kills every entry outside `mask`; never revives one. *Throws* std::invalid_argument if the shapes differ.
    void keep(const bit_mask& mask) {
        mask_ &= mask;
        for (std::size_t r = 0; r < size(); ++r) mask_stored_row(r);
    }

    /// Replaces the mask of the parameter, as a checkpoint does. Newly dead entries become zero; revived ones start at the
    /// stored value, which is zero unless a checkpoint wrote another. *Throws* std::invalid_argument if the shapes differ.
    void set_support(std::string_view, const bit_mask& mask) {
        bit_mask next = bit_mask::ones(size(), dim());
        next &= mask;
        mask_ = std::move(next);
        for (std::size_t r = 0; r < size(); ++r) mask_stored_row(r);
    }

    /// Copies the live entries from another table; dead ones stay zero.
    /// *Throws* std::invalid_argument if the shapes differ.
    template <row_table Source>
    void assign(const Source& source) {
        if (source.size() != size() || source.dim() != dim())
            throw std::invalid_argument("pleach::masked: cannot take rows of a " + std::to_string(source.size()) + " x " +
                                        std::to_string(source.dim()) + " table into one of " + std::to_string(size()) + " x " +
                                        std::to_string(dim()));
        for (std::size_t r = 0; r < size(); ++r) {
            detail::copy_values(source.row(static_cast<typename Source::id_type>(r)),
                                std::span<value_type>(base_.row(static_cast<id_type>(r))));
            mask_stored_row(r);
        }
    }

    [[nodiscard]] gradient_type make_gradient() const { return base_.make_gradient(); }

    /// As the base. Gradients of dead entries stay readable (regrowth needs them); optimizer steps skip them.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const {
        base_.accumulate(id, upstream, gradient);
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        base_.for_each_parameter([&](const stored_parameter<value_type>& p) {
            visit(stored_parameter<value_type>{p.name, p.role, p.values, &mask_});
        });
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        base_.for_each_parameter(gradient, [&](const parameter<value_type>& p) {
            visit(parameter<value_type>{p.name, p.role, p.values, p.gradient, &mask_});
        });
    }

    friend bool operator==(const masked&, const masked&) = default;

private:
    void mask_stored_row(std::size_t r) {
        mask_row(mask_.row_words(r).data(), base_.row(static_cast<id_type>(r)).data(), dim());
    }

    Base base_;
    bit_mask mask_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
