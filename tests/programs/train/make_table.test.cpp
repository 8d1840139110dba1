// SPDX-License-Identifier: Apache-2.0
#include "support/train/make_table.hpp"

#include "support/catch.hpp"

#include <pleach/table/footprint.hpp>

#include <cmath>

namespace make_table_test {

namespace {

constexpr support::entity_counts counts{300, 200};

support::options with_buckets(std::size_t buckets, support::side_sharing sides) {
    support::options chosen;
    chosen.dim = 32;
    chosen.buckets = buckets;
    chosen.sides = sides;
    chosen.threshold_start = -30;
    return chosen;
}

template <class Table>
Table made(std::size_t buckets, support::side_sharing sides) {
    return support::table_maker<Table>::make(with_buckets(buckets, sides), counts, pleach::random_stream(1));
}

// Stored rows that both a user and an item lead to.
template <class Table>
std::size_t rows_of_both(const Table& table) {
    std::size_t both = 0;
    table.each([&](const auto& part) {
        std::vector<int> seen(part.table.size());
        for (std::size_t x = 0; x < counts.all(); ++x) seen[part.map(x)] |= x < counts.users ? 1 : 2;
        for (const int sides : seen) both += sides == 3;
    });
    return both;
}

}  // namespace

TEMPLATE_TEST_CASE("Users and items share rows with each other or have rows of their own, never more than asked for", "",
                   support::qr_rows, support::hashed_rows, support::double_hashed_rows, support::cerp_rows) {
    for (const std::size_t buckets : {std::size_t{2}, std::size_t{20}, std::size_t{51}}) {
        const auto joint = made<TestType>(buckets, support::side_sharing::joint),
                   apart = made<TestType>(buckets, support::side_sharing::apart);
        CAPTURE(buckets);
        CHECK(rows_of_both(joint) > 0);
        CHECK(rows_of_both(apart) == 0);
        for (const TestType* table : {&joint, &apart}) {
            REQUIRE(table->size() == 500);
            table->each([&](const auto& part) { CHECK(part.table.size() <= buckets); });
        }
    }
}

TEMPLATE_TEST_CASE("Every table begins with rows of deviation .1", "", support::dense_rows, support::pep_rows, support::qr_rows,
                   support::hashed_rows, support::double_hashed_rows, support::cerp_rows) {
    const auto table = made<TestType>(100, support::side_sharing::apart);
    double squares = 0;
    std::vector<float> row(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        table.lookup(x, row);
        for (const float value : row) squares += static_cast<double>(value) * static_cast<double>(value);
    }
    CHECK(std::sqrt(squares / static_cast<double>(table.size() * table.dim())) == tests::approx(0.1).epsilon(0.1));
}

}  // namespace make_table_test
