// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table read through an assignment: each entity's row is a weighted sum of t rows of a smaller table, the codebook,
///
///     e_x = sum_k w_xk C[j_xk],      dL/dC[j] += sum over x, k with j_xk = j of w_xk g_x
///
/// The chosen rows and weights are not trained by gradients: solvers choose them (assign/reassign.hpp). footprint() counts
/// their bytes, which are most of such a table. Source: Liang et al., "LEGCF", SIGIR 2024, equation 3.

#include <pleach/compose/assignment.hpp>
#include <pleach/core/detail/copy_values.hpp>
#include <pleach/core/detail/scratch.hpp>
#include <pleach/table/parts.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// `Terms` is the assignment: assignment<T>, or a view of one in a frozen file. `Id` is the id type of the entities,
/// independent of that of the codebook.
template <class Base, class Terms = assignment<typename Base::value_type>, entity_id Id = std::uint32_t>
class assigned {
    static_assert(enumerable_table<Base>,
                  "pleach::assigned needs an enumerable_table as its codebook: rows that can be counted");

public:
    using value_type = typename Base::value_type;
    using id_type = Id;
    using base_type = Base;

    /// The gradient of the codebook.
    struct gradient_type {
        gradient_of<Base> base;
    };

    /// *Throws* std::invalid_argument unless terms.codes() == base.size().
    assigned(Base base, Terms terms) : base_(std::move(base)), terms_(checked(std::move(terms))) {}

    /// Number of entities, not of stored rows.
    [[nodiscard]] std::size_t size() const noexcept { return terms_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    /// The codebook.
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }
    [[nodiscard]] const Terms& terms() const noexcept { return terms_; }

    /// Replaces the assignment. *Throws* std::invalid_argument if its number of entities or codes differs.
    void reassign(Terms terms) {
        if (terms.size() != size())
            throw std::invalid_argument("pleach::assigned: the new assignment has " + std::to_string(terms.size()) +
                                        " entities, but the table has " + std::to_string(size()));
        terms_ = checked(std::move(terms));
    }

    /// See table/parts.hpp; f must return a codebook with the same number of rows.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        return assigned<part_under<F, Base>, Terms, Id>(f(base_), terms_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("codes", self.base_);
    }
    /// See frozen/adaptor.hpp.
    [[nodiscard]] static std::string kind() { return "assigned"; }
    template <class Writer>
    void write_frozen(Writer& to) const {
        to.terms(terms_);
    }
    template <class Reader>
    [[nodiscard]] static assigned read_frozen(Reader& from) {
        Base base = from.template part<Base>("codes");
        Terms terms = Terms::read_frozen(from, base.size());
        return assigned(std::move(base), std::move(terms));
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim(). *Complexity:* reads terms().terms() rows.
    void lookup(id_type id, std::span<value_type> out) const {
        PLEACH_EXPECTS(out.size() == dim(), "assigned::lookup was given an output whose width is not dim()");
        detail::fill_values(out, value_type{0});
        add_to(out, id, value_type{1});
    }

    /// out += weight * row. *Precondition:* as lookup.
    void add_to(std::span<value_type> out, id_type id, value_type weight) const {
        for (std::size_t k = 0; k < terms_.terms(); ++k) {
            const auto code = static_cast<typename Base::id_type>(terms_.id(to_index(id), k));
            const value_type scale = weight * terms_.weight(to_index(id), k);
            if constexpr (has_add_to<Base>) {
                base_.add_to(out, code, scale);
            } else {
                detail::with_scratch<value_type>(dim(), [&](std::span<value_type> row) {
                    base_.lookup(code, row);
                    add_scaled(scale, row.data(), out.data(), dim());
                });
            }
        }
    }

    void prefetch(id_type id) const noexcept
        requires has_prefetch<Base>
    {
        for (std::size_t k = 0; k < terms_.terms(); ++k)
            base_.prefetch(static_cast<typename Base::id_type>(terms_.id(to_index(id), k)));
    }

    [[nodiscard]] gradient_type make_gradient() const
        requires has_gradient<Base>
    {
        return {base_.make_gradient()};
    }

    /// *Complexity:* terms().terms() calls of the codebook's accumulate.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires trainable_table<Base>
    {
        detail::with_scratch<value_type>(dim(), [&](std::span<value_type> scaled) {
            for (std::size_t k = 0; k < terms_.terms(); ++k) {
                const value_type weight = terms_.weight(to_index(id), k);
                for (std::size_t c = 0; c < scaled.size(); ++c) scaled[c] = weight * upstream[c];
                base_.accumulate(static_cast<typename Base::id_type>(terms_.id(to_index(id), k)), scaled, gradient.base);
            }
        });
    }

    /// The parameters of the codebook, with names prefixed by "codes.".
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit_parameters("codes", base_, visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit_parameters("codes", base_, gradient.base, visit);
    }

    /// The assignment, named "assignment".
    template <class Visit>
    void for_each_assignment(Visit&& visit) const
        requires std::same_as<Terms, assignment<value_type>>
    {
        visit(stored_assignment<value_type>{"assignment", terms_.ids(), terms_.weights(), terms_.codes()});
    }
    /// Replaces the assignment. *Throws* as the constructor of `assignment` and reassign().
    void set_assignment(std::string_view, matrix<std::uint32_t> ids, matrix<value_type> weights)
        requires std::same_as<Terms, assignment<value_type>>
    {
        reassign(Terms(terms_.codes(), std::move(ids), std::move(weights)));
    }

private:
    [[nodiscard]] Terms checked(Terms terms) const {
        if (terms.codes() != base_.size())
            throw std::invalid_argument("pleach::assigned: the assignment is over " + std::to_string(terms.codes()) +
                                        " codes, but the codebook has " + std::to_string(base_.size()) + " rows");
        return terms;
    }

    Base base_;
    Terms terms_;
};

/// Makes an `assigned` table whose entities have the id type Id: `assign_to<user_id>(codes, terms)`.
template <entity_id Id, class Base, class Terms>
[[nodiscard]] assigned<Base, Terms, Id> assign_to(Base base, Terms terms) {
    return assigned<Base, Terms, Id>(std::move(base), std::move(terms));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
