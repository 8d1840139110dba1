// SPDX-License-Identifier: Apache-2.0
#include <pleach/table/snapshot.hpp>

#include <pleach/compose/activated.hpp>
#include <pleach/compose/assigned.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/constant.hpp>
#include <pleach/sparse/gated.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/borrowed_table.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/scaled.hpp"
#include "support/tables.hpp"

namespace snapshot_test {

using namespace pleach;

namespace {

using borrowed = borrowed_table<double>;
using owned = dense_table<double>;

// Rows that a table borrows, and what becomes of its snapshot when they change.
struct lender {
    matrix<double> rows = matrix<double>(tests::normal_table<double>(6, 3).rows());
    borrowed table() { return borrowed(rows.view()); }

    template <class Table>
    void require_independence(const Table& table) {
        const auto copy = snapshot(table);
        static_assert(!std::same_as<snapshot_of<Table>, Table> &&
                      std::same_as<snapshot_of<snapshot_of<Table>>, snapshot_of<Table>>);
        const auto before = tests::rows_of(table);
        REQUIRE(tests::rows_of(copy) == before);
        for (double& x : rows.elements()) x += 42;
        REQUIRE(tests::rows_of(table) != before);
        REQUIRE(tests::rows_of(copy) == before);
    }
};

}  // namespace

TEST_CASE("a snapshot of borrowed rows shows no later write, through any adaptor") {
    const bit_mask mask = tests::random_mask(6, 3, 0.5);
    static_assert(std::same_as<snapshot_of<soft_thresholded<borrowed>>, soft_thresholded<owned>>);
    const auto check = [&](auto&& make) {
        lender lent;
        lent.require_independence(make(lent.table()));
    };
    check([](borrowed rows) { return rows; });
    check([&](borrowed rows) { return masked(rows, mask); });
    check([](borrowed rows) { return soft_thresholded(rows, learned_thresholds<double>(6, 3, -1)); });
    check([](borrowed rows) { return gated(rows, per_dim{}, 0.5); });
    check([](borrowed rows) { return constant(rows); });
    check([](borrowed rows) { return activate<hyperbolic_tangent>(rows); });
    check([](borrowed rows) { return assigned(rows, tests::random_assignment<double>(9, 6, 2)); });
    check([](borrowed rows) { return blended(tests::normal_table<double>(6, 3, 2), rows, 0.25); });
    check([](borrowed rows) { return tests::scaled(rows, 2.0); });
    check([](borrowed rows) {
        return compose<sum>(12, part{"A", tests::normal_table<double>(2, 3), remainder_map(2)},
                            part{"B", rows, quotient_map(6, 2)});
    });
}

TEST_CASE("a snapshot of an overlay is a masked table of its own, through any nesting") {
    owned rows = tests::normal_table<double>(6, 3);
    const bit_mask mask = tests::random_mask(6, 3, 0.5);
    const tests::scaled overlay(mask_overlay(rows, mask), 2.0);
    const tests::scaled<masked<owned>> copy = snapshot(overlay);
    const auto before = tests::rows_of(overlay);
    REQUIRE(tests::rows_of(copy) == before);
    for (std::uint32_t r = 0; r < 6; ++r) rows.row(r)[0] += 42;
    REQUIRE(tests::rows_of(copy) == before);
    REQUIRE(copy.base().mask() == mask);
}

TEST_CASE("thresholds, gates and shares of a snapshot are those of the table") {
    lender lent;
    gated table(lent.table(), per_dim{}, 1.0);
    table.gates().row(0)[1] = 0.25;
    REQUIRE(snapshot(table).gates().row(0)[1] == 0.25);
    const blended mixed(lent.table(), tests::normal_table<double>(6, 3), 0.125);
    REQUIRE(snapshot(mixed).share() == 0.125);
}

}  // namespace snapshot_test
