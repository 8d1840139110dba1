// SPDX-License-Identifier: Apache-2.0
#include <pleach/init/normal.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/testing/conformance.hpp>

#include <cstdio>

// A first try: one threshold per row and block of eight columns. It does not say which tables it fits.
struct first_try {
    static pleach::slot_extents extents(std::size_t rows, std::size_t dim) { return {rows, (dim + 7) / 8}; }
    static std::size_t row(std::size_t r) { return r; }
    static std::size_t col(std::size_t c) { return c / 8; }
};
static_assert(!pleach::granularity<first_try>);

// One threshold per row and block of `width` columns, so that a block of a row can be dropped as a whole.
struct per_row_and_block {
    std::size_t width = 8;

    pleach::slot_extents extents(std::size_t rows, std::size_t dim) const { return {rows, (dim + width - 1) / width}; }
    std::size_t row(std::size_t r) const { return r; }
    std::size_t col(std::size_t c) const { return c / width; }
    void check(std::size_t) const {
        if (width == 0) throw std::invalid_argument("per_row_and_block: blocks have 0 columns; give them one at least");
    }
};
static_assert(pleach::granularity<per_row_and_block>);

int main() {
    const per_row_and_block layout{4};
    pleach::dense_table<double> values(12, 10, pleach::normal{}, pleach::random_stream(6));
    const pleach::soft_thresholded table(values, pleach::learned_thresholds<double, per_row_and_block>(12, 10, -1.5, layout));
    std::printf("%zu thresholds per row\n", table.thresholds().slots().cols());

    // The axioms, and every gradient against finite differences.
    const auto report = pleach::testing::check(table);
    std::printf("%s\n", report.passed() ? "conforms" : report.text().c_str());
    return report.passed() ? 0 : 1;
}
