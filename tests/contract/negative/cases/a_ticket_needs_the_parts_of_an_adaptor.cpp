// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::draw_ticket cannot look into a table that is made of another; give it over(f)
#include <pleach/prune/ticket.hpp>
#include <pleach/sparse/soft_thresholded.hpp>

// Every row twice as large.
template <class Base>
struct doubled {
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;

    std::size_t size() const { return table.size(); }
    std::size_t dim() const { return table.dim(); }
    void lookup(id_type id, std::span<value_type> out) const {
        table.lookup(id, out);
        for (value_type& x : out) x *= 2;
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        table.for_each_parameter(visit);
    }
#ifndef WRONG
    template <class F>
    auto over(F&& f) const {
        return doubled<pleach::part_under<F, Base>>{f(table)};
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("", self.table);
    }
#endif

    Base table;
};

auto smallest(const doubled<pleach::soft_thresholded<pleach::dense_table<float>>>& search) {
    return pleach::draw_ticket(search, search, 10);
}
