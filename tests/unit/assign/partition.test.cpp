// SPDX-License-Identifier: Apache-2.0
#include <pleach/assign/partition.hpp>

#include "support/catch.hpp"
#include "support/graphs.hpp"

#include <algorithm>
#include <set>

namespace partition_test {

namespace {

const pleach::random_stream stream(5);

std::vector<std::size_t> sizes_of(const std::vector<std::uint32_t>& part_of, std::size_t parts) {
    std::vector<std::size_t> sizes(parts, 0);
    for (const std::uint32_t p : part_of) ++sizes.at(p);
    return sizes;
}

}  // namespace

TEST_CASE("parts by chance differ in size by one at most") {
    const auto part_of = pleach::partition_by_chance(103, 10, stream);
    const auto sizes = sizes_of(part_of, 10);
    CHECK(*std::ranges::min_element(sizes) == 10);
    CHECK(*std::ranges::max_element(sizes) == 11);
    CHECK(part_of == pleach::partition_by_chance(103, 10, stream));
    CHECK(part_of != pleach::partition_by_chance(103, 10, stream.fork("other")));
}

TEST_CASE("streamed parts are balanced, find planted groups, and are the same for the same stream") {
    const tests::planted_graph graph(20, 60, 10, 2);
    const auto part_of = pleach::partition_streaming(graph, 20, stream);
    REQUIRE(part_of.size() == 1200);
    const auto sizes = sizes_of(part_of, 20);
    CHECK(*std::ranges::max_element(sizes) <= 63);  // 5 % above 60
    const std::size_t cut = graph.cut_edges(part_of), planted = graph.cut_edges(graph.group_of());
    const std::size_t by_chance = graph.cut_edges(pleach::partition_by_chance(1200, 20, stream));
    CAPTURE(cut, planted, by_chance);
    CHECK(cut < by_chance / 2);
    CHECK(cut < 3 * planted);
    CHECK(part_of == pleach::partition_streaming(graph, 20, stream));
    // One pass knows only what came before.
    CHECK(cut < graph.cut_edges(pleach::partition_streaming(graph, 20, stream, {.passes = 1})));
}

TEST_CASE("nodes without neighbors fill what is empty, and as many parts as nodes hold one each") {
    const tests::planted_graph lonely(1, 30, 0, 0);
    const auto sizes = sizes_of(pleach::partition_streaming(lonely, 7, stream), 7);
    CHECK(*std::ranges::max_element(sizes) == 5);
    CHECK(*std::ranges::min_element(sizes) >= 4);
    const tests::planted_graph graph(2, 10, 4, 1);
    const auto ones = sizes_of(pleach::partition_streaming(graph, 20, stream, {.slack = 0}), 20);
    CHECK(std::ranges::count(ones, 1U) == 20);
}

TEST_CASE("partitions that cannot be are refused in a sentence") {
    const tests::planted_graph graph(1, 4, 2, 0);
    using wrong = std::invalid_argument;
    REQUIRE_THROWS_WITH_SENTENCE(pleach::partition_by_chance(4, 5, stream), wrong, "5 parts of 4 nodes");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::partition_streaming(graph, 0, stream), wrong, "0 parts of 4 nodes");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::partition_streaming(graph, 2, stream, {.passes = 0}), wrong, "at least 1 pass");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::partition_streaming(graph, 2, stream, {.slack = -1}), wrong, "slack of at least 0");
}

TEST_CASE("an assignment of parts has the own part first, distinct others, and rows that sum to 1") {
    const auto part_of = pleach::partition_by_chance(5000, 10, stream);
    for (const std::size_t terms : {std::size_t{1}, std::size_t{2}, std::size_t{4}, std::size_t{10}}) {
        const auto s = pleach::assign_parts<double>(part_of, 10, terms, 0.9, stream);
        std::vector<std::size_t> drawn(10, 0);  // as a distance from the own part
        for (std::size_t x = 0; x < s.size(); ++x) {
            CHECK(s.id(x, 0) == part_of[x]);
            CHECK(s.weight(x, 0) == (terms == 1 ? 1 : 0.9));
            double sum = 0;
            std::set<std::size_t> ids;
            for (std::size_t k = 0; k < terms; ++k) {
                sum += s.weight(x, k);
                ids.insert(s.id(x, k));
                ++drawn[(s.id(x, k) + 10 - part_of[x]) % 10];
            }
            REQUIRE(ids.size() == terms);
            REQUIRE(sum == tests::approx(1.0));
        }
        // Every other code is as likely as the next: 5000 (terms - 1) / 9 times each, within five deviations.
        for (std::size_t d = 1; d < 10; ++d) {
            const double expected = 5000.0 * static_cast<double>(terms - 1) / 9;
            CHECK(std::abs(static_cast<double>(drawn[d]) - expected) <= 5 * std::sqrt(expected) + 1e-9);
        }
    }
    using wrong = std::invalid_argument;
    REQUIRE_THROWS_WITH_SENTENCE(pleach::assign_parts<float>(part_of, 10, 11, 0.9F, stream), wrong, "11 terms");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::assign_parts<float>(part_of, 10, 2, 1.5F, stream), wrong, "from 0 to 1");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::assign_parts<float>(part_of, 5, 2, 0.5F, stream), wrong, "the codebook has 5 rows");
}

}  // namespace partition_test
