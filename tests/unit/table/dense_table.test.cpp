// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"
#include "support/contract.hpp"
#include "support/tables.hpp"

namespace dense_table_test {

using pleach::dense_table;

TEST_CASE("a new dense table holds zero rows") {
    const dense_table<float> table(3, 5);
    std::vector<float> out(5, 1.f);
    table.lookup(2, out);
    REQUIRE(tests::same_bits(out, std::vector<float>(5)));
    REQUIRE(table.size() == 3);
    REQUIRE(table.dim() == 5);
}

TEST_CASE("a table without columns is refused") {
    REQUIRE_THROWS_WITH_SENTENCE(dense_table<float>(3, 0), std::invalid_argument, "dim is 0, but a row needs at least one");
}

TEST_CASE("a table without rows is fine") { REQUIRE(dense_table<float>(0, 4).size() == 0); }

TEST_CASE("a copy of a dense table is a snapshot") {
    dense_table<double> table = tests::normal_table<double>(4, 3);
    const dense_table<double> before = table;
    table.row(1)[0] += 1;
    REQUIRE_FALSE(table == before);
    table.row(1)[0] = before.row(1)[0];
    REQUIRE(table == before);
}

TEST_CASE("rows of a larger table begin as those of a smaller one") {
    const auto small = tests::normal_table<float>(5, 8), large = tests::normal_table<float>(50, 8);
    for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(tests::same_bits(small.row(i), large.row(i)));
}

TEST_CASE("a scoped enumeration is an id") {
    enum class item_id : std::uint32_t {};
    dense_table<float, item_id> table(4, 2);
    table.row(item_id{3})[1] = 7;
    std::vector<float> out(2);
    table.lookup(item_id{3}, out);
    REQUIRE(out[1] == 7);
}

TEST_CASE("add_to adds a weighted row") {
    const auto table = tests::normal_table<float>(4, 3);
    std::vector<float> out{1, 2, 3};
    table.add_to(out, 2, 0.5f);
    for (std::size_t c = 0; c < 3; ++c) REQUIRE(out[c] == tests::approx(static_cast<float>(c + 1) + 0.5f * table.row(2)[c]));
}

TEST_CASE("an initializer fills at construction") {
    const dense_table<float> table(3, 4, pleach::normal{.deviation = 2}, pleach::random_stream(5));
    const pleach::random_stream stream(5);
    REQUIRE(table.row(2)[3] == static_cast<float>(2 * stream.normal(2, 3)));
}

#if PLEACH_HARDENED
TEST_CASE("hardened builds refuse ids and spans that do not fit") {
    const tests::throwing_contracts contracts;
    const auto table = tests::normal_table<float>(4, 3);
    std::vector<float> out(3), wide(4);
    REQUIRE_THROWS_AS(table.lookup(4, out), tests::contract_failed);
    REQUIRE_THROWS_AS(table.lookup(0, wide), tests::contract_failed);
    REQUIRE_THROWS_AS(table.add_to(wide, 0, 1.f), tests::contract_failed);
    auto gradient = table.make_gradient();
    REQUIRE_THROWS_AS(table.accumulate(0, wide, gradient), tests::contract_failed);
    REQUIRE_THROWS_AS(table.accumulate(4, out, gradient), tests::contract_failed);
}
#endif

}  // namespace dense_table_test
