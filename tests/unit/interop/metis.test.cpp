// SPDX-License-Identifier: Apache-2.0
#include <pleach/interop/metis.hpp>

#include "support/catch.hpp"
#include "support/graphs.hpp"

#include <algorithm>

TEST_CASE("METIS finds planted groups, in parts of nearly one size, the same for the same seed") {
    const tests::planted_graph graph(20, 60, 10, 2);
    const auto part_of = pleach::partition_metis(graph, 20, 3);
    REQUIRE(part_of.size() == 1200);
    std::vector<std::size_t> sizes(20, 0);
    for (const std::uint32_t p : part_of) ++sizes.at(p);
    CHECK(*std::ranges::max_element(sizes) <= 63);
    CHECK(graph.cut_edges(part_of) <= graph.cut_edges(graph.group_of()) * 11 / 10);
    CHECK(part_of == pleach::partition_metis(graph, 20, 3));
    CHECK(graph.cut_edges(part_of) <= graph.cut_edges(pleach::partition_streaming(graph, 20, pleach::random_stream(1))));
}

TEST_CASE("METIS takes one part and graphs without edges, and what cannot be is refused") {
    const tests::planted_graph lonely(1, 30, 0, 0);
    CHECK(pleach::partition_metis(lonely, 1, 1) == std::vector<std::uint32_t>(30, 0));
    CHECK(std::ranges::all_of(pleach::partition_metis(lonely, 3, 1), [](std::uint32_t p) { return p < 3; }));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::partition_metis(lonely, 31, 1), std::invalid_argument, "31 parts of 30 nodes");
}
