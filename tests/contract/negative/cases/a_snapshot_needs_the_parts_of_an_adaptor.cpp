// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::snapshot cannot look into a table that is made of another
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/snapshot.hpp>

// Rows in the opposite order.
template <class Base>
struct reversed {
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;

    std::size_t size() const { return table.size(); }
    std::size_t dim() const { return table.dim(); }
    void lookup(id_type id, std::span<value_type> out) const { table.lookup(static_cast<id_type>(size() - 1 - id), out); }
#ifndef WRONG
    template <class F>
    auto over(F&& f) const {
        return reversed<pleach::part_under<F, Base>>{f(table)};
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.table);
    }
#endif

    Base table;
};

auto today(const reversed<pleach::borrowed_table<float>>& table) { return pleach::snapshot(table); }
