// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/assigned.hpp>

#include <pleach/compose/activated.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/constant.hpp>
#include <pleach/learn/clip.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/state.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

#include <map>

namespace assigned_test {

using pleach::activate;
using pleach::assigned;
using pleach::blended;
using pleach::constant;
using pleach::matrix;

namespace {

template <class Table>
void require_conformance(Table table) {
    const auto report = pleach::testing::check(std::move(table));
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

template <class T>
auto small_assigned(std::size_t dim = 6) {
    return assigned(tests::normal_table<T>(5, dim), tests::random_assignment<T>(12, 5, 2));
}

// Blended fine and coarse codes, of which the coarse are constant, read through a second assignment and tanh.
template <class T>
auto nested(std::size_t dim = 6) {
    pleach::soft_thresholded fine(tests::normal_table<T>(4, dim, 2), pleach::fixed_threshold<T>(T(0.4)));
    return activate<pleach::hyperbolic_tangent>(
        assigned(blended(assigned(std::move(fine), tests::random_assignment<T>(5, 4, 3)),
                         constant(tests::normal_table<T>(5, dim)), T(0.2)),
                 tests::random_assignment<T>(12, 5, 2)));
}

template <class Table>
std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    pleach::visit_state(table, [&](std::string_view name, auto) { names.emplace_back(name); });
    return names;
}

template <class Table>
std::vector<double> all_rows(const Table& table) {
    std::vector<double> rows;
    std::vector<typename Table::value_type> row(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        table.lookup(x, row);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    return rows;
}

}  // namespace

TEST_CASE("an assigned row is the weighted sum of its codes") {
    const auto table = small_assigned<double>();
    std::vector<double> row(6);
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        table.lookup(x, row);
        for (std::size_t c = 0; c < 6; ++c) {
            double sum = 0;
            for (std::size_t k = 0; k < 2; ++k)
                sum += table.terms().weight(x, k) * table.base().row(static_cast<std::uint32_t>(table.terms().id(x, k)))[c];
            CHECK(row[c] == tests::approx(sum));
        }
    }
}

TEMPLATE_TEST_CASE("assigned, activated, blended and constant tables conform, alone and nested", "", float, double) {
    const std::size_t dim = GENERATE(as<std::size_t>{}, 1, 6, 300);
    const auto table = small_assigned<TestType>(dim);
    require_conformance(table);
    require_conformance(activate<pleach::hyperbolic_tangent>(table));
    require_conformance(activate<pleach::hyperbolic_tangent>(tests::normal_table<TestType>(5, dim)));
    require_conformance(blended(table, tests::normal_table<TestType>(12, dim), TestType(0.3)));
    require_conformance(constant(tests::normal_table<TestType>(5, dim)));
    require_conformance(assigned(table, tests::random_assignment<TestType>(9, 12, 4)));
    require_conformance(assigned(pleach::masked(tests::normal_table<TestType>(5, dim), tests::random_mask(5, dim, 0.5)),
                                 tests::random_assignment<TestType>(12, 5, 2)));
    // Thresholds have kinks, which differences in double step over only by accident, and in float often.
    if (dim == 6 && std::is_same_v<TestType, double>) require_conformance(nested<TestType>(dim));
    require_conformance(
        pleach::compose<pleach::sum>(12, pleach::part{"A", table, pleach::identity_map(12)},
                                     pleach::part{"B", tests::normal_table<TestType>(4, dim), pleach::remainder_map(4)}));
}

TEST_CASE("tables that do not fit each other are refused in a sentence") {
    using wrong = std::invalid_argument;
    const auto rows = tests::normal_table<float>(5, 3);
    REQUIRE_THROWS_WITH_SENTENCE(assigned(rows, tests::random_assignment<float>(4, 6, 2)), wrong,
                                 "over 6 codes, but the codebook has 5");
    auto table = assigned(rows, tests::random_assignment<float>(4, 5, 2));
    REQUIRE_THROWS_WITH_SENTENCE(table.reassign(tests::random_assignment<float>(3, 5, 2)), wrong,
                                 "has 3 entities, but the table has 4");
    REQUIRE_THROWS_WITH_SENTENCE(blended(rows, tests::normal_table<float>(5, 4), 0.5F), wrong, "5 x 3 and 5 x 4");
    REQUIRE_THROWS_WITH_SENTENCE(blended(rows, tests::normal_table<float>(4, 3), 0.5F), wrong, "5 x 3 and 4 x 3");
    REQUIRE_THROWS_WITH_SENTENCE(blended(rows, rows, 1.5F), wrong, "1.5");
}

TEST_CASE("reassigning changes rows and keeps the codebook") {
    auto table = small_assigned<double>();
    const auto before = table;
    table.reassign(tests::random_assignment<double>(12, 5, 3, 7));
    CHECK(table.base() == before.base());
    CHECK(all_rows(table) != all_rows(before));
}

TEST_CASE("names of nested parts are paths, and a saved state with its assignments comes back whole or not at all") {
    auto table = nested<double>();
    CHECK(names_of(table) == std::vector<std::string>{"codes.first.codes.weights", "codes.second.weights", "assignment.ids",
                                                      "assignment.weights", "codes.first.assignment.ids",
                                                      "codes.first.assignment.weights"});
    std::map<std::string, std::vector<double>> saved;
    pleach::visit_state(table, [&](std::string_view name, auto array) {
        auto& values = saved[std::string(name)];
        for (std::size_t r = 0; r < array.rows(); ++r)
            for (const auto x : array.row(r)) values.push_back(static_cast<double>(x));
    });
    const auto fill = [&](std::string_view name, auto array) {
        const auto& values = saved.at(std::string(name));
        for (std::size_t r = 0; r < array.rows(); ++r)
            for (std::size_t c = 0; c < array.cols(); ++c)
                array.row(r)[c] = static_cast<std::remove_reference_t<decltype(array.row(r)[c])>>(values[r * array.cols() + c]);
    };
    auto other = nested<double>();
    other.base().reassign(tests::random_assignment<double>(12, 5, 2, 9));
    other.base().base().first().reassign(tests::random_assignment<double>(5, 4, 3, 9));
    other.base().base().first().base().base().row(0)[0] = 5;
    other.base().base().second().base().row(0)[0] = 5;
    const auto changed = all_rows(other);
    REQUIRE(changed != all_rows(table));
    const double id = std::exchange(saved["codes.first.assignment.ids"][0], 99);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::load_state(other, fill), std::invalid_argument, "assigned to row 99");
    CHECK(all_rows(other) == changed);
    saved["codes.first.assignment.ids"][0] = id;
    pleach::load_state(other, fill);
    CHECK(all_rows(other) == all_rows(table));
}

TEST_CASE("footprints count ids and weights of assignments, and constants as weights") {
    const auto counts = pleach::footprint(small_assigned<float>());
    CHECK((counts.stored == 30 && counts.assigned == 24 && counts.training_only == 0));
    CHECK(counts.bytes_now == 30 * 4 + 24 * 8);
    CHECK(counts.bytes_dense == pleach::frozen::data_bytes(std::array<std::size_t, 5>{4, 64, 30 * 4 + 64, 24, 24 * 4}));
    const auto of_two = pleach::footprint(nested<float>());
    CHECK((of_two.stored == 54 && of_two.assigned == 24 + 15 && of_two.nonzero < 54 && of_two.nonzero > 30));
    pleach::footprint_counts twice = counts;
    twice += counts;
    CHECK(twice.assigned == 48);
    const assigned many(tests::normal_table<float>(300, 2), tests::random_assignment<float>(10, 300, 1));
    CHECK(pleach::footprint(many).bytes_dense ==
          pleach::frozen::data_bytes(std::array<std::size_t, 5>{8, 64, 600 * 4 + 64, 20, 40}));
}

TEST_CASE("a constant part does not move, whatever the step, and the others do") {
    auto table = nested<double>();
    pleach::optimizer optimizer(table,
                                pleach::sgd{.learning_rate = 0.1, .weight_decay = 0.5, .which = pleach::moving_rows::every});
    auto gradient = table.make_gradient();
    const auto before = table;
    const std::vector<double> upstream(6, 1);
    for (std::uint32_t x = 0; x < 12; ++x) table.accumulate(x, upstream, gradient);
    CHECK(pleach::gradient_norm(table, gradient) > 0);
    optimizer.step(table, gradient);
    const auto parts = [](const auto& t) -> const auto& { return t.base().base(); };
    CHECK(parts(table).second().base() == parts(before).second().base());
    CHECK_FALSE(parts(table).first().base().base() == parts(before).first().base().base());
    std::size_t arrays = 0;
    optimizer.for_each_array(table, [&](std::string_view parameter, std::string_view, auto values) {
        arrays += parameter == "codes.second.weights";
        static_cast<void>(values);
    });
    CHECK(arrays == 0);
}

TEST_CASE("a blend of share 1 or 0 is one of its tables, and tanh is within -1 and 1") {
    const auto a = tests::normal_table<double>(6, 4, 1), b = tests::normal_table<double>(6, 4, 2);
    CHECK(all_rows(blended(a, b, 1.0)) == all_rows(a));
    CHECK(all_rows(blended(a, b, 0.0)) == all_rows(b));
    const auto rows = all_rows(activate<pleach::hyperbolic_tangent>(a));
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i] == tests::approx(std::tanh(all_rows(a)[i])).epsilon(1e-12));
}

TEST_CASE("ids keep their type through assignments and blends") {
    enum class user_id : std::uint32_t {};
    const auto users =
        pleach::assign_to<user_id>(tests::normal_table<double>(5, 3), tests::random_assignment<double>(12, 5, 2));
    static_assert(std::same_as<decltype(users)::id_type, user_id>);
    const blended both(users, pleach::dense_table<double, user_id>(12, 3, pleach::normal{}, pleach::random_stream(1)), 0.5);
    static_assert(std::same_as<decltype(both)::id_type, user_id>);
    require_conformance(activate<pleach::hyperbolic_tangent>(both));
    require_conformance(constant(users));
    const auto over = both.over([](const auto& part) {
        pleach::dense_table<double> rows(part.size(), part.dim());
        pleach::gather_all(part, rows.rows());
        return rows;
    });
    static_assert(std::same_as<decltype(over)::id_type, user_id>);
    REQUIRE(tests::rows_of(over) == tests::rows_of(both));
}

}  // namespace assigned_test
