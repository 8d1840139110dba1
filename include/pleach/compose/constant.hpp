// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table whose parameters stay constant while other parts of a composition train: they have the role `constants`, which no
/// optimizer moves, and accumulate adds nothing. They are stored, saved and counted as before. C2F's fine stage (SCIS 2025)
/// holds the coarse codes that it bridges to.

#include <pleach/table/parts.hpp>

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Base>
class constant {
    static_assert(trainable_table<Base>,
                  "pleach::constant needs a trainable_table; a table without parameters is constant already");

public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;
    using base_type = Base;
    using gradient_type = typename Base::gradient_type;

    explicit constant(Base base) : base_(std::move(base)) {}

    [[nodiscard]] std::size_t size() const noexcept
        requires has_size<Base>
    {
        return base_.size();
    }
    [[nodiscard]] std::size_t dim() const noexcept { return base_.dim(); }
    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Base& base() noexcept { return base_; }

    /// See table/parts.hpp. A part that cannot be trained (a frozen table, for example) is not wrapped.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        if constexpr (trainable_table<part_under<F, Base>>)
            return constant<part_under<F, Base>>(f(base_));
        else
            return f(base_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.base_);
    }

    [[nodiscard]] std::span<const value_type> row(id_type id) const
        requires has_rows<Base>
    {
        return base_.row(id);
    }
    /// *Precondition:* as for the base.
    void lookup(id_type id, std::span<value_type> out) const { base_.lookup(id, out); }
    void add_to(std::span<value_type> out, id_type id, value_type weight) const
        requires has_add_to<Base>
    {
        base_.add_to(out, id, weight);
    }
    void prefetch(id_type id) const noexcept
        requires has_prefetch<Base>
    {
        base_.prefetch(id);
    }

    [[nodiscard]] gradient_type make_gradient() const { return base_.make_gradient(); }
    /// Adds nothing.
    void accumulate(id_type, std::span<const value_type>, gradient_type&) const noexcept {}

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        base_.for_each_parameter([&](stored_parameter<value_type> p) {
            p.role = role::constants;
            visit(std::as_const(p));
        });
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        base_.for_each_parameter(gradient, [&](const parameter<value_type>& p) {
            visit(parameter<value_type>{p.name, role::constants, p.values, p.gradient, p.support});
        });
    }

private:
    Base base_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
