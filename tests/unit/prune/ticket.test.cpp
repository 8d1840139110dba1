// SPDX-License-Identifier: Apache-2.0
#include <pleach/prune/ticket.hpp>

#include <pleach/compose/activated.hpp>
#include <pleach/compose/assigned.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/constant.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/sparse/gated.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/scaled.hpp"
#include "support/tables.hpp"

#include <algorithm>

namespace ticket_test {

namespace {

using rows_type = pleach::dense_table<double>;
using search_type = pleach::soft_thresholded<rows_type>;
using pleach::draw_ticket;
using pleach::part;

search_type searching(std::size_t size, std::size_t dim, std::uint64_t seed, double slot = -1) {
    return search_type(tests::normal_table<double>(size, dim, seed), pleach::learned_thresholds<double>(size, dim, slot));
}

auto composition(std::uint64_t seed) {
    return pleach::compose<pleach::sum>(20, part{"P", searching(5, 4, seed), pleach::remainder_map(5)},
                                        part{"Q", searching(5, 4, seed + 1), pleach::quotient_map(5, 4)},
                                        part{"R", tests::normal_table<double>(3, 4, seed + 2), pleach::hashed_map(3)});
}

using composition_type = decltype(composition(1));

std::vector<double> looked_up(const search_type& table) {
    std::vector<double> all, row(table.dim());
    for (std::uint32_t r = 0; r < table.size(); ++r) {
        table.lookup(r, row);
        all.insert(all.end(), row.begin(), row.end());
    }
    return all;
}

}  // namespace

static_assert(std::same_as<pleach::ticket_of<search_type>, pleach::masked<rows_type>>);
static_assert(std::same_as<pleach::ticket_of<rows_type>, rows_type>);
static_assert(std::same_as<pleach::ticket_of<pleach::masked<rows_type>>, pleach::masked<rows_type>>);
static_assert(
    std::same_as<pleach::ticket_of<composition_type>,
                 pleach::composed<pleach::sum, std::uint32_t, part<pleach::masked<rows_type>, pleach::remainder_map>,
                                  part<pleach::masked<rows_type>, pleach::quotient_map>, part<rows_type, pleach::hashed_map>>>);

TEST_CASE("a ticket has the support of the trained table and the first values, bit for bit") {
    const search_type at_start = searching(9, 6, 1), trained = searching(9, 6, 2);
    const auto ticket = draw_ticket(trained, at_start);
    const std::vector<double> live = looked_up(trained);
    for (std::uint32_t r = 0; r < 9; ++r)
        for (std::size_t c = 0; c < 6; ++c)
            REQUIRE(ticket.row(r)[c] == (live[6 * r + c] != 0 ? at_start.base().row(r)[c] : 0.0));
    REQUIRE(pleach::footprint(ticket).nonzero == trained.count_nonzero());
}

TEST_CASE("exactly as many values stay as are to be kept, the largest as looked up") {
    const search_type at_start = searching(9, 6, 1), trained = searching(9, 6, 2);
    for (std::size_t keep = 0; keep <= 54; ++keep) {
        const auto ticket = draw_ticket(trained, at_start, keep);
        REQUIRE(ticket.mask().count() == std::min(keep, trained.count_nonzero()));
        double smallest_kept = 1e9, largest_gone = 0;
        const std::vector<double> live = looked_up(trained);
        for (std::size_t i = 0; i < live.size(); ++i) {
            double& bound = ticket.mask().test(i / 6, i % 6) ? smallest_kept : largest_gone;
            bound = &bound == &smallest_kept ? std::min(bound, std::abs(live[i])) : std::max(bound, std::abs(live[i]));
        }
        REQUIRE(smallest_kept >= largest_gone);
    }
}

TEST_CASE("parts of a composition compete for what is kept, and ties go by position") {
    composition_type at_start = composition(1), trained = composition(7);
    const auto all = draw_ticket(trained, at_start);
    REQUIRE(all.get<0>().table.mask().count() == trained.get<0>().table.count_nonzero());
    REQUIRE(all.get<2>().table == at_start.get<2>().table);
    const auto some = draw_ticket(trained, at_start, 11);
    REQUIRE(some.get<0>().table.mask().count() + some.get<1>().table.mask().count() == 11);
    const auto report = pleach::testing::check(some);
    CAPTURE(report.text());
    REQUIRE(report.passed());

    for (std::uint32_t r = 0; r < 5; ++r) {
        std::ranges::fill(trained.get<0>().table.base().row(r), 2.0);
        std::ranges::fill(trained.get<1>().table.base().row(r), -2.0);
    }
    const auto tied = draw_ticket(trained, at_start, 13);
    REQUIRE(tied.get<0>().table.mask().count() == 0);
    REQUIRE(tied.get<1>().table.mask().count() == 13);
    REQUIRE(tied.get<1>().table.mask().test(4, 3));
    REQUIRE(tied.get<1>().table.mask().test(1, 3));
    REQUIRE_FALSE(tied.get<1>().table.mask().test(1, 2));
}

TEST_CASE("a masked table's ticket is its support with the first values") {
    const auto mask = tests::random_mask(5, 4, 0.5);
    const pleach::masked<rows_type> at_start(tests::normal_table<double>(5, 4, 1)),
        trained(tests::normal_table<double>(5, 4, 2), mask);
    const auto ticket = draw_ticket(trained, at_start);
    REQUIRE(ticket.mask() == mask);
    REQUIRE(ticket == pleach::masked<rows_type>(tests::normal_table<double>(5, 4, 1), mask));
}

TEST_CASE("tickets are refused for other shapes and diverged values") {
    REQUIRE_THROWS_WITH_SENTENCE(draw_ticket(searching(3, 2, 1), searching(4, 2, 1)), std::invalid_argument,
                                 "the trained table is 3 x 2, its snapshot 4 x 2");
    search_type diverged = searching(3, 2, 1);
    diverged.base().row(1)[0] = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(draw_ticket(diverged, searching(3, 2, 1)), std::invalid_argument, "row 1 holds a NaN");
}

namespace {

// Two tables of the same kind around searches from two seeds: what training was to make of the first is the second.
template <class Make>
void require_pruned(Make&& make) {
    const auto at_start = make(searching(6, 4, 1)), trained = make(searching(6, 4, 2));
    using ticket_type = pleach::ticket_of<decltype(make(searching(6, 4, 1)))>;
    static_assert(std::same_as<ticket_type, decltype(make(pleach::masked<rows_type>{}))>);
    const std::size_t live = searching(6, 4, 2).count_nonzero();
    REQUIRE((live > 5 && live < 24));
    for (const std::size_t keep : {live, std::size_t{5}}) {
        const ticket_type ticket = draw_ticket(trained, at_start, keep);
        // Of everything that is stored, only the search loses values.
        auto expected = pleach::footprint(make(pleach::masked(tests::normal_table<double>(6, 4, 1))));
        expected.nonzero -= 24 - keep;
        const auto found = pleach::footprint(ticket);
        REQUIRE((found.stored == expected.stored && found.nonzero == expected.nonzero && found.assigned == expected.assigned));
        REQUIRE(found.training_only == 0);
    }
}

// Keeps a search and does not show it; as no template over a table, it passes for a leaf.
class secretive {
public:
    using value_type = double;
    using id_type = std::uint32_t;
    std::size_t size() const { return 6; }
    std::size_t dim() const { return 4; }
    void lookup(id_type id, std::span<double> out) const { search_.lookup(id, out); }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        search_.for_each_parameter(visit);
    }

private:
    search_type search_ = searching(6, 4, 1);
};

}  // namespace

TEST_CASE("tickets are drawn through every adaptor, a user's too") {
    require_pruned([](auto part) { return pleach::activate<pleach::hyperbolic_tangent>(part); });
    require_pruned([](auto part) { return pleach::assigned(part, tests::random_assignment<double>(9, 6, 2)); });
    require_pruned([](auto part) { return pleach::blended(part, tests::normal_table<double>(6, 4, 3), 0.5); });
    require_pruned([](auto part) { return pleach::blended(tests::normal_table<double>(6, 4, 3), part, 0.5); });
    require_pruned([](auto part) { return pleach::constant(part); });
    require_pruned([](auto part) { return tests::scaled(part, 2.0); });
    require_pruned([](auto one) {
        return pleach::activate<pleach::hyperbolic_tangent>(
            tests::scaled(pleach::compose<pleach::sum>(6, part{"A", pleach::constant(one), pleach::identity_map(6)},
                                                       part{"B", tests::normal_table<double>(3, 4), pleach::remainder_map(3)}),
                          0.5));
    });
}

TEST_CASE("a ticket of the library's own codebook recipe is pruned") {
    const auto coarse = pleach::make_legcf<double>(tests::random_assignment<double>(20, 6, 2), 4,
                                                   pleach::normal{.deviation = 1}, pleach::random_stream(1));
    const auto search = pleach::make_c2f<double>(coarse, tests::normal_table<double>(5, 4, 7),
                                                 tests::random_assignment<double>(6, 5, 3), {.threshold = 0.7, .share = 0.2});
    const auto ticket = draw_ticket(search, search);
    const pleach::masked<rows_type>& fine = ticket.base().base().first().base();
    REQUIRE(fine.mask().count() == search.base().base().first().base().count_nonzero());
    REQUIRE((fine.mask().count() > 0 && fine.mask().count() < 20));
}

TEST_CASE("a ticket keeps the assignment that was trained, with the first values") {
    auto trained = pleach::assigned(searching(6, 4, 1), tests::random_assignment<double>(9, 6, 2));
    const auto at_start = pleach::snapshot(trained);
    trained.reassign(tests::random_assignment<double>(9, 6, 3, 5));
    const auto ticket = draw_ticket(trained, at_start);
    REQUIRE(ticket.terms() == trained.terms());
    REQUIRE(ticket.base() == draw_ticket(trained.base(), at_start.base()));
}

TEST_CASE("a table that borrows its rows gives a ticket of its own ones") {
    auto rows = tests::normal_table<double>(6, 4);
    const auto at_start = pleach::snapshot(pleach::borrowed_table<double>(rows.rows()));
    const pleach::bit_mask mask = tests::random_mask(6, 4, 0.5);
    const tests::scaled overlay(pleach::mask_overlay(rows, mask), 2.0);
    const auto first = pleach::snapshot(overlay);
    rows = tests::normal_table<double>(6, 4, 2);
    const tests::scaled<pleach::masked<rows_type>> ticket = draw_ticket(overlay, first);
    REQUIRE(ticket.base() == pleach::masked<rows_type>(at_start, mask));
    const pleach::gated trained(pleach::borrowed_table<double>(rows.rows()));
    REQUIRE(draw_ticket(trained, pleach::snapshot(trained)).mask().count() == 24);
}

TEST_CASE("a search inside a table that does not show its parts is refused in a sentence") {
    REQUIRE_THROWS_WITH_SENTENCE(draw_ticket(secretive(), secretive()), std::invalid_argument, "give that table over(f)");
}

}  // namespace ticket_test
