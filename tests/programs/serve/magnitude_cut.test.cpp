// SPDX-License-Identifier: Apache-2.0

#include "support/serve/magnitude_cut.hpp"

#include <pleach/interop/openmp.hpp>
#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace magnitude_cut_test {

namespace {

/// Which values a full sort keeps: larger magnitude first, equal ones by position.
std::vector<bool> kept_by_sorting(const pleach::dense_table<float>& table, std::size_t k) {
    const std::size_t n = table.size() * table.dim();
    const float* values = table.rows().data();
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return std::abs(values[a]) > std::abs(values[b]); });
    std::vector<bool> kept(n, false);
    for (std::size_t i = 0; i < k; ++i) kept[order[i]] = true;
    return kept;
}

std::vector<bool> kept_by(const support::magnitude_threshold& cut, const pleach::dense_table<float>& table) {
    std::vector<bool> kept;
    for (std::size_t r = 0; r < table.size(); ++r)
        for (std::size_t c = 0; c < table.dim(); ++c)
            kept.push_back(cut.keeps(table.row(static_cast<std::uint32_t>(r))[c], r, c));
    return kept;
}

}  // namespace

TEST_CASE("the k largest values stay, whatever k is") {
    const auto table = tests::normal_table<float>(37, 5);
    for (std::size_t k = 0; k <= 185; k += 5) {
        CAPTURE(k);
        REQUIRE(kept_by(support::keep_largest(table, k, "table"), table) == kept_by_sorting(table, k));
    }
    REQUIRE_THROWS_AS(support::keep_largest(table, 186, "table"), std::invalid_argument);
}

TEST_CASE("of equal magnitudes the first ones stay, signs aside") {
    auto table = tests::normal_table<float>(29, 7);
    for (std::size_t r = 0; r < table.size(); ++r)
        for (float& x : table.row(static_cast<std::uint32_t>(r))) x = std::round(2 * x) / 2;
    for (std::size_t k = 0; k <= 203; k += 7) {
        CAPTURE(k);
        const auto cut = support::keep_largest(table, k, "table");
        REQUIRE(kept_by(cut, table) == kept_by_sorting(table, k));
        const auto cut_by_three = support::keep_largest(table, k, "table", pleach::openmp{3});
        REQUIRE(kept_by(cut_by_three, table) == kept_by(cut, table));
    }
}

TEST_CASE("values that differ only in their lowest bits are told apart") {
    pleach::dense_table<float> table(3, 4);
    float value = 1;
    for (std::uint32_t i = 0; i < 12; ++i) {
        table.row(i % 3)[i / 3] = i % 2 == 0 ? value : -value;
        value = std::nextafter(value, 2.0F);
    }
    for (std::size_t k = 0; k <= 12; ++k)
        REQUIRE(kept_by(support::keep_largest(table, k, "table"), table) == kept_by_sorting(table, k));
}

TEST_CASE("a cut table has the kept values and +0 elsewhere") {
    const auto table = tests::normal_table<float>(11, 6);
    const auto cut = support::keep_largest(table, 20, "table");
    const support::cut_table pruned(table, cut);
    const auto kept = kept_by_sorting(table, 20);
    std::vector<float> row(6);
    for (std::uint32_t r = 0; r < 11; ++r) {
        pruned.lookup(r, row);
        for (std::size_t c = 0; c < 6; ++c) {
            REQUIRE(row[c] == (kept[6 * r + c] ? table.row(r)[c] : 0.0F));
            REQUIRE((row[c] != 0 || !std::signbit(row[c])));
        }
    }
}

TEST_CASE("values that are not finite are refused with their place") {
    auto table = tests::normal_table<float>(4, 3);
    table.row(2)[1] = std::nanf("");
    REQUIRE_THROWS_WITH_SENTENCE(support::keep_largest(table, 5, "factors.npy"), support::input_error,
                                 "factors.npy: found NaN in row 2, column 1");
    table.row(2)[1] = -std::numeric_limits<float>::infinity();
    REQUIRE_THROWS_WITH_SENTENCE(support::keep_largest(table, 5, "factors.npy"), support::input_error,
                                 "infinity in row 2, column 1");
}

}  // namespace magnitude_cut_test
