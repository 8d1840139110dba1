// SPDX-License-Identifier: Apache-2.0

#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/state.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <map>
#include <string>
#include <variant>

namespace state_test {

using pleach::bit_mask;
using pleach::masked;
using pleach::matrix;

namespace {

// A file, as far as these tests care.
using stored = std::map<std::string, std::variant<matrix<float>, matrix<std::uint64_t>, matrix<std::uint32_t>>>;

template <class Table>
stored save(const Table& table) {
    stored arrays;
    pleach::visit_state(table, [&](std::string_view name, auto array) {
        using X = typename decltype(array)::value_type;
        arrays.emplace(name, matrix<X>(array));
    });
    return arrays;
}

template <class Table>
void load(Table& table, const stored& arrays) {
    pleach::load_state(table, [&](std::string_view name, auto array) {
        using X = typename decltype(array)::value_type;
        pleach::copy_state(name, std::get<matrix<X>>(arrays.at(std::string(name))).view(), array);
    });
}

}  // namespace

TEST_CASE("the state of a dense table is its weights") {
    const auto table = tests::normal_table<float>(5, 3);
    const stored arrays = save(table);
    REQUIRE(arrays.size() == 1);
    pleach::dense_table<float> other(5, 3);
    load(other, arrays);
    REQUIRE(other == table);
}

TEST_CASE("a mask is part of the state") {
    const masked table(tests::normal_table<float>(6, 70), tests::random_mask(6, 70, 0.4));
    const stored arrays = save(table);
    REQUIRE(arrays.contains("weights.mask"));
    masked fresh(tests::normal_table<float>(6, 70, 2));
    load(fresh, arrays);
    REQUIRE(fresh == table);
    masked pruned_otherwise(tests::normal_table<float>(6, 70, 2), tests::random_mask(6, 70, 0.1, 5));
    load(pruned_otherwise, arrays);
    REQUIRE(pruned_otherwise == table);
}

TEST_CASE("dead entries load as +0 whatever was saved for them") {
    const masked table(tests::normal_table<float>(2, 3), tests::random_mask(2, 3, 0.5));
    stored arrays = save(table);
    for (float& x : std::get<matrix<float>>(arrays.at("weights")).elements())
        if (x == 0) x = -1;
    masked other(tests::normal_table<float>(2, 3, 2));
    load(other, arrays);
    REQUIRE(other == table);
}

TEST_CASE("a state of another shape is refused by name, and the table stays") {
    const stored small = save(masked(tests::normal_table<float>(5, 3)));
    masked table(tests::normal_table<float>(6, 3), tests::random_mask(6, 3, 0.5));
    const masked before = table;
    REQUIRE_THROWS_WITH_SENTENCE(load(table, small), std::invalid_argument,
                                 "\"weights\" was saved as 5 x 3, but this table needs 6 x 3");
    REQUIRE(table == before);
}

TEST_CASE("a missing array leaves the table as it was") {
    stored arrays = save(masked(tests::normal_table<float>(5, 3)));
    arrays.erase("weights.mask");
    masked table(tests::normal_table<float>(5, 3, 2));
    const masked before = table;
    REQUIRE_THROWS_AS(load(table, arrays), std::out_of_range);
    REQUIRE(table == before);
}

TEST_CASE("a mask with bits beyond the last column is refused") {
    stored arrays = save(masked(tests::normal_table<float>(5, 3)));
    std::get<matrix<std::uint64_t>>(arrays.at("weights.mask")).row(4)[0] = 8;
    masked table(tests::normal_table<float>(5, 3, 2));
    REQUIRE_THROWS_WITH_SENTENCE(load(table, arrays), std::invalid_argument, "a bit beyond column 3 is set");
}

TEST_CASE("an overlay loads its weights, but only under the mask that it borrows") {
    auto rows = tests::normal_table<float>(5, 3);
    const auto first = rows;
    const bit_mask mask = tests::random_mask(5, 3, 0.5), other = tests::random_mask(5, 3, 0.5, 2);
    pleach::mask_overlay overlay(rows, mask);
    const stored arrays = save(overlay);
    rows = tests::normal_table<float>(5, 3, 2);
    load(overlay, arrays);
    REQUIRE(rows == first);
    pleach::mask_overlay changed(rows, other);
    REQUIRE_THROWS_WITH_SENTENCE(load(changed, arrays), std::invalid_argument, "is not the mask that this table borrows");
}

}  // namespace state_test
