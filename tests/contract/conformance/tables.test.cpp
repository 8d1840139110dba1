// SPDX-License-Identifier: Apache-2.0

#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace tables_test {

using pleach::bit_mask;
using pleach::masked;
using pleach::testing::check;

namespace {

template <class Table>
void require_conformance(Table table) {
    const auto report = check(std::move(table));
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

enum class item_id : std::uint16_t {};

struct one_hot {
    using value_type = float;
    using id_type = std::uint32_t;
    std::size_t n;
    std::size_t size() const { return n; }
    std::size_t dim() const { return n; }
    void lookup(id_type id, std::span<float> out) const noexcept {
        std::ranges::fill(out, 0.f);
        out[id] = 1.f;
    }
};

// Any 64-bit id has a row: it has no size().
struct hashed_signs {
    using value_type = double;
    using id_type = std::uint64_t;
    std::size_t dim() const { return 16; }
    void lookup(id_type id, std::span<double> out) const noexcept {
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = pleach::random_stream(1).bits(id, c) % 2 == 0 ? 1 : -1;
    }
};

}  // namespace

TEMPLATE_TEST_CASE("every table of the library conforms, for widths around words and vectors", "", float, double) {
    const std::size_t dim = GENERATE(as<std::size_t>{}, 1, 3, 16, 65);
    auto rows = tests::normal_table<TestType>(9, dim);
    const bit_mask mask = tests::random_mask(9, dim, 0.5);
    std::vector<TestType> memory = tests::random_row<TestType>(9 * (dim + 2));
    const pleach::borrowed_table<TestType> borrowed(pleach::matrix_view<TestType>(memory.data(), 9, dim, dim + 2));
    require_conformance(rows);
    require_conformance(borrowed);
    require_conformance(masked(rows, mask));
    require_conformance(pleach::mask_overlay(rows, mask));
    require_conformance(pleach::mask_overlay(std::as_const(rows), mask));
    pleach::borrowed_table<TestType> base = borrowed;
    require_conformance(pleach::mask_overlay(base, mask));
    require_conformance(masked(borrowed, mask));
}

TEST_CASE("tables with other ids, large ones and empty ones conform") {
    require_conformance(pleach::dense_table<double, item_id>(7, 3, pleach::normal{}, pleach::random_stream(1)));
    require_conformance(tests::normal_table<float>(5000, 70));
    require_conformance(pleach::dense_table<double>(0, 3));
    require_conformance(masked(tests::normal_table<double>(4, 3), bit_mask::zeros(4, 3)));
}

TEST_CASE("tables that users write conform") {
    require_conformance(one_hot{5});
    require_conformance(hashed_signs{});
}

TEST_CASE("checking borrowed rows puts every bit back") {
    std::vector<double> memory = tests::random_row<double>(40);
    const std::vector<double> before = memory;
    REQUIRE(check(pleach::borrowed_table<double>(pleach::matrix_view<double>(memory.data(), 8, 5))).passed());
    REQUIRE(tests::same_bits(memory, before));
}

TEST_CASE("gradients of every table agree with differences to 1e-8, for repeated ids") {
    auto rows = tests::normal_table<double>(12, 8);
    const bit_mask mask = tests::random_mask(12, 8, 0.5);
    masked pruned(rows, mask);
    pleach::mask_overlay overlay(rows, mask);
    const std::vector<std::uint32_t> ids{0, 3, 3, 11, 7, 3};
    const auto worst = [&](auto& table) {
        const auto report = pleach::testing::check_gradient(table, std::span<const std::uint32_t>(ids));
        REQUIRE(report.compared > 40);
        return report.worst;
    };
    REQUIRE(worst(rows) < 1e-8);
    REQUIRE(worst(pruned) < 1e-8);
    REQUIRE(worst(overlay) < 1e-8);
}

}  // namespace tables_test
