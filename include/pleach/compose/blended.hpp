// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Two tables of equal shape, mixed row by row with a fixed share g of the first:
///
///     e_x = g a_x + (1 - g) b_x,      dL/da_x = g times, dL/db_x = (1 - g) times the gradient of e_x
///
/// The parameters are those of both tables, prefixed "first." and "second.". C2F's weight bridging (SCIS 2025) blends rows
/// composed of fine codes with the coarse codes themselves, g = 0.2.

#include <pleach/core/detail/scratch.hpp>
#include <pleach/kernel/add_scaled.hpp>
#include <pleach/table/parts.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

template <class First, class Second, entity_id Id = typename First::id_type>
class blended {
    static_assert(enumerable_table<First> && enumerable_table<Second>,
                  "pleach::blended needs two enumerable tables of equal size and width");
    static_assert(std::same_as<typename First::value_type, typename Second::value_type>,
                  "pleach::blended needs two tables with the same value_type");
    static_assert(std::same_as<typename First::id_type, typename Second::id_type>,
                  "pleach::blended needs two tables with the same id_type: a user is not an item");

public:
    using value_type = typename First::value_type;
    using id_type = Id;

    struct gradient_type {
        gradient_of<First> first;
        gradient_of<Second> second;
    };

    /// *Throws* std::invalid_argument if the tables' shapes differ, or `share` is not in [0, 1].
    blended(First first, Second second, value_type share)
        : first_(std::move(first)), second_(std::move(second)), share_(share) {
        if (first_.size() != second_.size() || first_.dim() != second_.dim())
            throw std::invalid_argument("pleach::blended: the tables are " + std::to_string(first_.size()) + " x " +
                                        std::to_string(first_.dim()) + " and " + std::to_string(second_.size()) + " x " +
                                        std::to_string(second_.dim()) + ", but must have the same shape to be mixed");
        if (!(share >= value_type{0} && share <= value_type{1}))
            throw std::invalid_argument("pleach::blended: the share of the first table is " + std::to_string(share) +
                                        ", but must be from 0 to 1");
    }

    [[nodiscard]] std::size_t size() const noexcept { return first_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return first_.dim(); }
    [[nodiscard]] const First& first() const noexcept { return first_; }
    [[nodiscard]] First& first() noexcept { return first_; }
    [[nodiscard]] const Second& second() const noexcept { return second_; }
    [[nodiscard]] Second& second() noexcept { return second_; }
    [[nodiscard]] value_type share() const noexcept { return share_; }

    /// See table/parts.hpp. Braces fix the order of evaluation: f(first) runs first.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        using result = blended<part_under<F, First>, part_under<F, Second>, Id>;
        return result{f(first_), f(second_), static_cast<typename result::value_type>(share_)};
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("first", self.first_);
        visit("second", self.second_);
    }
    /// See frozen/adaptor.hpp.
    [[nodiscard]] static std::string kind() { return "blended"; }
    template <class Writer>
    void write_frozen(Writer& to) const {
        to.value("share", static_cast<float>(share_));
    }
    template <class Reader>
    [[nodiscard]] static blended read_frozen(Reader& from) {
        return blended{from.template part<First>("first"), from.template part<Second>("second"), from.value("share", 0, 1)};
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(id_type id, std::span<value_type> out) const {
        first_.lookup(static_cast<typename First::id_type>(id), out);
        detail::with_scratch<value_type>(dim(), [&](std::span<value_type> other) {
            second_.lookup(static_cast<typename Second::id_type>(id), other);
            for (std::size_t c = 0; c < out.size(); ++c) out[c] = share_ * out[c] + (value_type{1} - share_) * other[c];
        });
    }

    [[nodiscard]] gradient_type make_gradient() const
        requires(has_gradient<First> && has_gradient<Second>)
    {
        return {first_.make_gradient(), second_.make_gradient()};
    }

    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires(trainable_table<First> && trainable_table<Second>)
    {
        detail::with_scratch<value_type>(dim(), [&](std::span<value_type> part) {
            for (std::size_t c = 0; c < part.size(); ++c) part[c] = share_ * upstream[c];
            first_.accumulate(static_cast<typename First::id_type>(id), part, gradient.first);
            for (std::size_t c = 0; c < part.size(); ++c) part[c] = (value_type{1} - share_) * upstream[c];
            second_.accumulate(static_cast<typename Second::id_type>(id), part, gradient.second);
        });
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit_parameters("first", first_, visit);
        visit_parameters("second", second_, visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit_parameters("first", first_, gradient.first, visit);
        visit_parameters("second", second_, gradient.second, visit);
    }

private:
    First first_;
    Second second_;
    value_type share_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
