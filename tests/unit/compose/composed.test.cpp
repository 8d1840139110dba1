// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/composed.hpp>

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace composed_test {

namespace {

using rows_type = pleach::dense_table<double>;
using pleach::compose;
using pleach::part;
using pleach::quotient_map;
using pleach::remainder_map;

constexpr std::size_t entities = 23, buckets = 5;

template <class Table>
void require_conformance(Table table) {
    const auto report = pleach::testing::check(std::move(table));
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

auto dense_parts(std::size_t p_dim, std::size_t q_dim) {
    return std::tuple(part{"P", tests::normal_table<double>(buckets, p_dim, 1), remainder_map(buckets)},
                      part{"Q", tests::normal_table<double>(buckets, q_dim, 2), quotient_map::for_entities(entities, buckets)});
}

template <class Combiner>
auto of_dense(std::size_t p_dim, std::size_t q_dim) {
    return std::apply([](auto... parts) { return compose<Combiner>(entities, std::move(parts)...); },
                      dense_parts(p_dim, q_dim));
}

}  // namespace

TEST_CASE("composed tables conform, whatever their parts and combiner") {
    require_conformance(of_dense<pleach::sum>(4, 4));
    require_conformance(of_dense<pleach::hadamard>(4, 4));
    require_conformance(of_dense<pleach::concat>(4, 3));
    require_conformance(of_dense<pleach::sum>(300, 300));
    require_conformance(compose<pleach::sum>(
        entities,
        part{"P", pleach::masked(tests::normal_table<double>(buckets, 6), tests::random_mask(buckets, 6, 0.5)),
             remainder_map(buckets)},
        part{"Q", tests::normal_table<double>(buckets, 6), pleach::hashed_map(buckets, 3)}));
    require_conformance(compose<pleach::hadamard>(entities,
                                                  part{"outer", of_dense<pleach::sum>(4, 4), pleach::identity_map(entities)},
                                                  part{"scale", tests::normal_table<double>(3, 4), pleach::hashed_map(3)},
                                                  part{"digit", tests::normal_table<double>(2, 4), pleach::digit_map(2, 1)}));
}

TEST_CASE("a row is the sum, product or concatenation of the rows that the maps lead to") {
    const auto [p, q] = dense_parts(4, 4);
    const auto sums = compose<pleach::sum>(entities, p, q);
    const auto products = compose<pleach::hadamard>(entities, p, q);
    const auto both = compose<pleach::concat>(entities, p, q);
    REQUIRE(both.dim() == 8);
    std::vector<double> s(4), h(4), c(8);
    for (std::uint32_t x = 0; x < entities; ++x) {
        sums.lookup(x, s);
        products.lookup(x, h);
        both.lookup(x, c);
        const auto p_row = p.table.row(static_cast<std::uint32_t>(x % buckets)), q_row = q.table.row(x / 5);
        for (std::size_t i = 0; i < 4; ++i) {
            REQUIRE(s[i] == p_row[i] + q_row[i]);
            REQUIRE(h[i] == p_row[i] * q_row[i]);
            REQUIRE(c[i] == p_row[i]);
            REQUIRE(c[4 + i] == q_row[i]);
        }
    }
}

TEST_CASE("optimizers step the parts, and footprints add them up") {
    auto table =
        compose<pleach::sum>(entities,
                             part{"P",
                                  pleach::soft_thresholded(tests::normal_table<double>(buckets, 4),
                                                           pleach::learned_thresholds<double>(buckets, 4, -1)),
                                  remainder_map(buckets)},
                             part{"Q", tests::normal_table<double>(buckets, 4), quotient_map::for_entities(entities, buckets)});
    std::vector<std::string> names;
    table.for_each_parameter([&](const auto& p) { names.emplace_back(p.name); });
    REQUIRE(names == std::vector<std::string>{"P.weights", "P.thresholds", "Q.weights"});
    const auto counts = pleach::footprint(table);
    REQUIRE(counts.stored == 2 * buckets * 4);
    REQUIRE(counts.training_only == buckets * 4);
    REQUIRE(counts.nonzero == table.get<0>().table.count_nonzero() + buckets * 4);
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.1});
    auto gradient = table.make_gradient();
    const double before = table.get<1>().table.row(4)[0];
    table.accumulate(22, std::vector<double>(4, 1.0), gradient);
    optimizer.step(table, gradient);
    REQUIRE(table.get<1>().table.row(4)[0] == tests::approx(before - 0.1).epsilon(1e-6));
}

TEST_CASE("compositions refuse parts that do not fit") {
    REQUIRE_THROWS_WITH_SENTENCE(of_dense<pleach::sum>(4, 3), std::invalid_argument,
                                 "pleach::sum: parts of 4 and 3 columns cannot be combined");
    REQUIRE_THROWS_WITH_SENTENCE(of_dense<pleach::hadamard>(4, 3), std::invalid_argument, "or use concat");
    REQUIRE_THROWS_WITH_SENTENCE(compose<pleach::sum>(entities, part{"P", rows_type(4, 2), remainder_map(5)}),
                                 std::invalid_argument, "the map of part \"P\" leads to 5 rows, but its table has 4");
    REQUIRE_THROWS_WITH_SENTENCE(compose<pleach::sum>(entities, part{"Q", rows_type(5, 2), quotient_map(5, 4)}),
                                 std::invalid_argument, "leads to 6 rows, but its table has 5");
}

namespace {

enum class user_id : std::uint32_t {};
enum class item_id : std::uint64_t {};
using of_users = pleach::dense_table<double, user_id>;

// As sum, but every lookup of a part's row is seen.
struct counting_rows {
    using value_type = double;
    using id_type = std::uint32_t;
    using gradient_type = pleach::row_gradient<double>;
    inline static std::size_t lookups = 0;
    std::size_t size() const { return 4; }
    std::size_t dim() const { return 2; }
    void lookup(id_type, std::span<double> out) const {
        ++lookups;
        std::ranges::fill(out, 0.5);
    }
    gradient_type make_gradient() const { return {4, 2}; }
    void accumulate(id_type id, std::span<const double> upstream, gradient_type& gradient) const { gradient.add(id, upstream); }
    template <class Visit>
    void for_each_parameter(Visit&&) const {}
    template <class Visit>
    void for_each_parameter(gradient_type&, Visit&&) {}
};

template <class Combiner>
std::size_t lookups_of_accumulate() {
    const auto table =
        compose<Combiner>(8, part{"A", counting_rows{}, remainder_map(4)}, part{"B", counting_rows{}, quotient_map(4, 2)});
    auto gradient = table.make_gradient();
    counting_rows::lookups = 0;
    table.accumulate(5, std::vector<double>(table.dim(), 1), gradient);
    return counting_rows::lookups;
}

}  // namespace

TEST_CASE("ids keep their type through compositions, from the part with a row for each entity or as given") {
    const auto rows = of_users(6, 3, pleach::normal{}, pleach::random_stream(1));
    const auto shared = tests::normal_table<double>(2, 3);
    const auto table =
        compose<pleach::sum>(6, part{"shared", shared, remainder_map(2)}, part{"own", rows, pleach::identity_map(6)});
    static_assert(std::same_as<decltype(table)::id_type, user_id>);
    require_conformance(table);
    const auto given =
        compose<pleach::sum, item_id>(6, part{"P", shared, remainder_map(2)}, part{"Q", shared, quotient_map(2, 3)});
    static_assert(std::same_as<decltype(given)::id_type, item_id>);
    require_conformance(given);
    // Numbers may stand for any entity, as in frozen parts.
    const auto over = table.over([](const auto& part) { return pleach::dense_table<double>(part.rows()); });
    static_assert(std::same_as<decltype(over)::id_type, user_id>);
    REQUIRE(tests::rows_of(over) == tests::rows_of(table));
}

TEST_CASE("a composition of hashes serves any 64-bit id, and has no size") {
    auto table = compose<pleach::sum>(part{"P", tests::normal_table<double>(5, 3, 1), pleach::hashed_map(5, 1)},
                                      part{"Q", tests::normal_table<double>(7, 3, 2), remainder_map(7)});
    static_assert(std::same_as<decltype(table)::id_type, std::uint64_t> && !pleach::has_size<decltype(table)> &&
                  pleach::trainable_table<decltype(table)>);
    static_assert(pleach::open_index_map<pleach::hashed_map> && pleach::open_index_map<pleach::split_map<pleach::hashed_map>> &&
                  !pleach::open_index_map<pleach::identity_map> && !pleach::open_index_map<quotient_map>);
    require_conformance(table);
    const std::uint64_t id = 0xFEDC'BA98'7654'3210;
    std::vector<double> row(3);
    table.lookup(id, row);
    const auto& p = table.get<0>();
    const auto& q = table.get<1>();
    for (std::size_t c = 0; c < 3; ++c)
        REQUIRE(row[c] ==
                p.table.row(static_cast<std::uint32_t>(p.map(id)))[c] + q.table.row(static_cast<std::uint32_t>(id % 7))[c]);
    REQUIRE_THROWS_WITH_SENTENCE(compose<pleach::sum>(part{"P", tests::normal_table<double>(5, 3), pleach::hashed_map(6)}),
                                 std::invalid_argument, "the map of part \"P\" leads to 6 rows, but its table has 5");
}

TEST_CASE("rows of parts are looked up for a gradient only where the combiner needs them") {
    REQUIRE(lookups_of_accumulate<pleach::sum>() == 0);
    REQUIRE(lookups_of_accumulate<pleach::concat>() == 0);
    REQUIRE(lookups_of_accumulate<pleach::hadamard>() == 2);
}

}  // namespace composed_test
