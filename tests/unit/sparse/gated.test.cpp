// SPDX-License-Identifier: Apache-2.0
#include <pleach/sparse/detail/count_lookups.hpp>
#include <pleach/sparse/gated.hpp>

#include <pleach/prune/ticket.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <limits>

namespace gated_test {

namespace {

using rows_type = pleach::dense_table<double>;
constexpr std::size_t rows = 7, dim = 5;

pleach::row_groups two_groups() { return pleach::row_groups({0, 1, 1, 0, 0, 1, 0}); }

template <class Layout>
pleach::gated<rows_type, Layout> half_open(Layout layout) {
    pleach::gated<rows_type, Layout> table(tests::normal_table<double>(rows, dim), layout);
    for (std::size_t r = 0; r < table.gates().rows(); ++r)
        for (std::size_t c = 0; c < table.gates().cols(); ++c)
            table.gates().row(r)[c] = 0.25 * static_cast<double>(r + c) + 0.5;
    return table;
}

}  // namespace

TEST_CASE("gated tables conform in every granularity") {
    const auto require = [](const auto& table) {
        const auto report = pleach::testing::check(table);
        CAPTURE(report.text());
        REQUIRE(report.passed());
    };
    require(half_open(pleach::per_table{}));
    require(half_open(pleach::per_dim{}));
    require(half_open(pleach::per_row{}));
    require(half_open(pleach::per_element{}));
    require(half_open(pleach::per_group{two_groups()}));
    require(half_open(pleach::per_group_and_dim{two_groups()}));
}

TEST_CASE("a closed gate gives plus zero, and is counted") {
    auto table = half_open(pleach::per_group_and_dim{two_groups()});
    table.gates().row(1)[2] = 0;
    table.base().row(1)[2] = -3;
    std::vector<double> row(dim);
    table.lookup(1, row);
    CHECK(row[2] == 0);
    CHECK_FALSE(std::signbit(row[2]));
    CHECK(row[0] == 0.75 * table.base().row(1)[0]);
    const auto counts = pleach::footprint(table);
    CHECK(counts.stored == rows * dim);
    CHECK(counts.nonzero == rows * dim - 3);  // three rows in that group
    CHECK(counts.training_only == 2 * dim);
}

TEST_CASE("a gated search becomes a masked ticket with the first values") {
    const auto at_start = half_open(pleach::per_group_and_dim{two_groups()});
    auto trained = at_start;
    trained.gates().row(0)[1] = 0;
    trained.base().row(3)[0] = 77;
    const pleach::masked<rows_type> ticket = pleach::draw_ticket(trained, at_start);
    for (std::uint32_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < dim; ++c) {
            const bool lives = !(two_groups().of(r) == 0 && c == 1);
            REQUIRE(ticket.mask().test(r, c) == lives);
            REQUIRE(ticket.row(r)[c] == (lives ? at_start.base().row(r)[c] : 0));
        }
    CHECK(pleach::draw_ticket(trained, at_start, 9).mask().count() == 9);
}

TEST_CASE("gates refuse what makes no sense") {
    REQUIRE_THROWS_WITH_SENTENCE((pleach::gated<rows_type>(rows_type(2, 2), {}, std::numeric_limits<double>::infinity())),
                                 std::invalid_argument, "gates start at inf");
    REQUIRE_THROWS_WITH_SENTENCE(
        (pleach::gated<rows_type, pleach::per_group>(rows_type(3, 2), pleach::per_group{two_groups()})), std::invalid_argument,
        "7 rows have a group, but the table has 3 rows");
}

}  // namespace gated_test
