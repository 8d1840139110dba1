// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/recipes.hpp>

#include <pleach/init/normal.hpp>
#include <pleach/init/xavier.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/tables.hpp"

namespace recipes_test {

namespace {

constexpr std::size_t entities = 40, dim = 6, buckets = 8;
const pleach::random_stream stream(3);

template <class Table>
void require_conformance(const Table& table) {
    const auto report = pleach::testing::check(table);
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

}  // namespace

TEST_CASE("every recipe conforms and stores what it says") {
    const pleach::normal initializer{.deviation = 1};
    const auto qr = pleach::make_qr<double>({.entities = entities, .buckets = buckets, .dim = dim}, initializer, stream);
    const auto hashed =
        pleach::make_hashed<double>({.entities = entities, .buckets = buckets, .dim = dim}, initializer, stream);
    const auto twice =
        pleach::make_double_hashed<double>({.entities = entities, .buckets = buckets, .dim = dim}, initializer, stream);
    require_conformance(qr);
    require_conformance(
        pleach::make_qr<double, pleach::concat>({.entities = entities, .buckets = buckets, .dim = dim}, initializer, stream));
    require_conformance(hashed);
    require_conformance(twice);
    require_conformance(pleach::make_pep<double>({.rows = entities, .dim = dim, .first_slot = -30.0}, initializer, stream));
    require_conformance(pleach::make_cerp<double>({.entities = entities, .buckets = buckets, .dim = dim, .first_slot = -30.0},
                                                  initializer, stream));
    REQUIRE(pleach::footprint(qr).stored == 2 * buckets * dim);
    REQUIRE(pleach::footprint(hashed).stored == buckets * dim);
    REQUIRE(pleach::footprint(twice).stored == 2 * buckets * dim);
    REQUIRE_FALSE(twice.get<0>().table == twice.get<1>().table);
}

TEST_CASE("CERP stores addressed rows only, and its composed rows are as dense as the denser part") {
    auto cerp = pleach::make_cerp<double>({.entities = 71, .buckets = 10, .dim = dim, .first_slot = -1.0},
                                          pleach::normal{.deviation = 0.5}, stream);
    REQUIRE(cerp.get<0>().table.size() == 9);
    REQUIRE(cerp.get<1>().table.size() == 10);
    std::vector<double> row(dim), part_row(dim);
    const auto nonzero = [](const std::vector<double>& values) {
        return dim - static_cast<std::size_t>(std::ranges::count(values, 0.0));
    };
    for (std::uint32_t x = 0; x < 71; ++x) {
        cerp.lookup(x, row);
        cerp.each([&](const auto& part) {
            part.table.lookup(static_cast<std::uint32_t>(part.map(x)), part_row);
            REQUIRE(nonzero(row) >= nonzero(part_row));
        });
    }
    const auto ticket = pleach::draw_ticket(cerp, cerp, 25);
    REQUIRE(pleach::footprint(ticket).nonzero == 25);
}

TEST_CASE("recipes refuse no buckets") {
    REQUIRE_THROWS_WITH_SENTENCE(
        pleach::make_qr<float>({.entities = 10, .buckets = 0, .dim = 2}, pleach::xavier_uniform{}, stream),
        std::invalid_argument, "0 buckets");
    REQUIRE_THROWS_WITH_SENTENCE(
        pleach::make_hashed<float>({.entities = 10, .buckets = 0, .dim = 2}, pleach::xavier_uniform{}, stream),
        std::invalid_argument, "0 buckets");
}

TEST_CASE("LEGCF and C2F conform, and the fine stage without fine codes is the coarse one") {
    const auto s1 = tests::random_assignment<double>(entities, buckets, 2);
    const auto coarse = pleach::make_legcf<double>(s1, dim, pleach::normal{.deviation = 1}, stream);
    require_conformance(coarse);
    CHECK(pleach::footprint(coarse).stored == buckets * dim);
    CHECK(pleach::footprint(coarse).assigned == 2 * entities);
    const pleach::dense_table<double> fine(3, dim, pleach::normal{.deviation = 2}, stream.fork("fine"));
    const auto s2 = tests::random_assignment<double>(buckets, 3, 2);
    const auto both = pleach::make_c2f<double>(coarse, fine, s2, {.threshold = 1.0, .share = 0.2});
    require_conformance(both);
    CHECK(pleach::footprint(both).assigned == 2 * entities + 2 * buckets);
    const auto without = pleach::make_c2f<double>(coarse, fine, s2, {.threshold = 1.0, .share = 0.0});
    std::vector<double> a(dim), b(dim);
    for (std::uint32_t x = 0; x < entities; ++x) {
        coarse.lookup(x, a);
        without.lookup(x, b);
        for (std::size_t c = 0; c < dim; ++c) CHECK(a[c] == tests::approx(b[c]).epsilon(1e-12));
    }
    REQUIRE_THROWS_WITH_SENTENCE(pleach::make_c2f<double>(coarse, fine, tests::random_assignment<double>(buckets - 1, 3, 2),
                                                          {.threshold = 1.0, .share = 0.2}),
                                 std::invalid_argument, "7 x 6 and 8 x 6");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::make_c2f<double>(coarse, fine, tests::random_assignment<double>(buckets, 4, 2),
                                                          {.threshold = 1.0, .share = 0.2}),
                                 std::invalid_argument, "over 4 codes, but the codebook has 3");
}

TEST_CASE("recipes name the entities that they are made for") {
    enum class user_id : std::uint32_t {};
    const pleach::shared_shape shape{.entities = 10, .buckets = 3, .dim = 2};
    const auto qr = pleach::make_qr<float, pleach::sum, user_id>(shape, pleach::normal{}, stream);
    const auto hashed = pleach::make_hashed<float, user_id>(shape, pleach::normal{}, stream);
    const auto twice = pleach::make_double_hashed<float, user_id>(shape, pleach::normal{}, stream);
    const auto cerp =
        pleach::make_cerp<float, user_id>({.entities = 10, .buckets = 3, .dim = 2, .first_slot = -8}, pleach::normal{}, stream);
    static_assert(std::same_as<decltype(qr)::id_type, user_id> && std::same_as<decltype(hashed)::id_type, user_id> &&
                  std::same_as<decltype(twice)::id_type, user_id> && std::same_as<decltype(cerp)::id_type, user_id>);
    REQUIRE(pleach::testing::check(hashed).passed());
}

}  // namespace recipes_test
