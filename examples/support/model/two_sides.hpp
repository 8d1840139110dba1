// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Two tables as one: the rows of users, then those of items, which share nothing. Each becomes a file of its own.

#include <pleach/table/parts.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace support {

template <class Table>
class two_sides {
    static_assert(pleach::enumerable_table<Table>, "support::two_sides needs an enumerable_table for each side");

public:
    using value_type = typename Table::value_type;
    using id_type = typename Table::id_type;
    struct gradient_type {
        pleach::gradient_of<Table> users;
        pleach::gradient_of<Table> items;
    };

    /// *Throws* std::invalid_argument if the sides differ in width.
    two_sides(Table users, Table items) : users_(std::move(users)), items_(std::move(items)) {
        if (users_.dim() != items_.dim())
            throw std::invalid_argument("support::two_sides: rows of users have " + std::to_string(users_.dim()) +
                                        " columns, those of items " + std::to_string(items_.dim()) +
                                        "; they must be as wide to be multiplied");
    }

    [[nodiscard]] std::size_t size() const noexcept { return users_.size() + items_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return users_.dim(); }
    [[nodiscard]] const Table& users() const noexcept { return users_; }
    [[nodiscard]] const Table& items() const noexcept { return items_; }

    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        return two_sides<pleach::part_under<F, Table>>{f(users_), f(items_)};
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("users", self.users_);
        visit("items", self.items_);
    }

    void lookup(id_type id, std::span<value_type> out) const {
        if (pleach::to_index(id) < users_.size()) return users_.lookup(id, out);
        items_.lookup(item(id), out);
    }

    [[nodiscard]] gradient_type make_gradient() const
        requires pleach::has_gradient<Table>
    {
        return {users_.make_gradient(), items_.make_gradient()};
    }
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires pleach::trainable_table<Table>
    {
        if (pleach::to_index(id) < users_.size()) return users_.accumulate(id, upstream, gradient.users);
        items_.accumulate(item(id), upstream, gradient.items);
    }

    /// As trained_codes has it.
    void accumulate_pull(id_type id, value_type weight, gradient_type& gradient) const
        requires requires(const Table& side, pleach::gradient_of<Table>& into) { side.accumulate_pull(id, weight, into); }
    {
        if (pleach::to_index(id) < users_.size()) return users_.accumulate_pull(id, weight, gradient.users);
        items_.accumulate_pull(item(id), weight, gradient.items);
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        pleach::visit_parameters("users", users_, visit);
        pleach::visit_parameters("items", items_, visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        pleach::visit_parameters("users", users_, gradient.users, visit);
        pleach::visit_parameters("items", items_, gradient.items, visit);
    }

private:
    [[nodiscard]] id_type item(id_type id) const noexcept { return static_cast<id_type>(pleach::to_index(id) - users_.size()); }

    Table users_;
    Table items_;
};

}  // namespace support
