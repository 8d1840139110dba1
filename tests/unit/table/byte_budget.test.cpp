// SPDX-License-Identifier: Apache-2.0
#include <pleach/table/byte_budget.hpp>

#include "support/catch.hpp"

#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/footprint.hpp>

namespace byte_budget_test {

namespace {

using pleach::packing;
using pleach::stored_shape;

// By counting down from all of them.
std::size_t most_that_fit(std::size_t bytes, std::span<const stored_shape> parts, std::size_t value_bytes) {
    std::size_t all = 0;
    for (const stored_shape& part : parts) all += part.rows * part.cols;
    if (pleach::packed_bytes(packing::dense, parts, all, value_bytes) <= bytes) return all;
    for (std::size_t nonzero = all; nonzero > 0; --nonzero)
        for (const packing how : {packing::bitmap, packing::csr})
            if (pleach::packed_bytes(how, parts, nonzero, value_bytes) <= bytes) return nonzero;
    return 0;
}

}  // namespace

TEST_CASE("A budget of bytes buys as many values as counting finds, and never more") {
    const std::vector<std::vector<stored_shape>> tables = {{{40, 16}}, {{7, 64}}, {{10, 8}, {30, 8}}, {{3, 300}}};
    for (const auto& parts : tables)
        for (const std::size_t value_bytes : {4u, 2u})
            for (std::size_t bytes = 260; bytes < 4000; bytes += 37) {
                const std::size_t expected = most_that_fit(bytes, parts, value_bytes);
                if (expected == 0) {
                    REQUIRE_THROWS_AS(pleach::values_within(bytes, parts, value_bytes), std::invalid_argument);
                    continue;
                }
                const pleach::value_budget budget = pleach::values_within(bytes, parts, value_bytes);
                CAPTURE(parts.front().rows, parts.front().cols, bytes, value_bytes);
                REQUIRE(budget.nonzero == expected);
                REQUIRE(budget.bytes == pleach::packed_bytes(budget.how, parts, budget.nonzero, value_bytes));
                REQUIRE(budget.bytes <= bytes);
            }
}

TEST_CASE("The smallest budget is named, holds a value, and one byte less does not") {
    const std::vector<stored_shape> parts = {{1000, 64}};
    // Bounds, 4 bytes for each row's start and the end of the last, 64 zeros; 4 for a value, 1 for its column.
    REQUIRE_THROWS_WITH_SENTENCE(pleach::values_within(4000, parts), std::invalid_argument,
                                 "a budget of 4000 bytes holds no value: the smallest that does is 4165 bytes");
    REQUIRE(pleach::values_within(4165, parts).nonzero == 1);
    REQUIRE_THROWS_AS(pleach::values_within(4164, parts), std::invalid_argument);
}

TEST_CASE("A table cut to its budget takes the bytes that the budget says") {
    pleach::masked<pleach::dense_table<float>> table(pleach::dense_table<float>(50, 32));
    {
        pleach::dense_table<float> rows(50, 32);
        for (std::uint32_t r = 0; r < 50; ++r)
            for (std::size_t c = 0; c < 32; ++c) rows.row(r)[c] = 1.0F + static_cast<float>(32 * r + c);
        table.assign(rows);
    }
    const stored_shape shape{50, 32};
    const pleach::value_budget budget = pleach::values_within(1500, {&shape, 1});
    pleach::prune(table, pleach::magnitude{.fraction = (50 * 32 - static_cast<double>(budget.nonzero) + 0.5) / (50 * 32)});
    const pleach::footprint_counts counts = pleach::footprint(table);
    REQUIRE(counts.nonzero == budget.nonzero);
    REQUIRE((budget.how == packing::csr ? counts.bytes_csr : counts.bytes_bitmap) == budget.bytes);
    REQUIRE(budget.bytes > 1485);
}

}  // namespace byte_budget_test
