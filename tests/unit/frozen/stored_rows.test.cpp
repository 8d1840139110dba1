// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/forms/bitmap.hpp>
#include <pleach/frozen/forms/column.hpp>
#include <pleach/frozen/freeze.hpp>

#include <pleach/frozen/placement.hpp>
#include <pleach/frozen/placements/compact.hpp>
#include <pleach/frozen/placements/records.hpp>
#include <pleach/frozen/stored_rows.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

#include <limits>

namespace stored_rows_test {

using namespace tests;
using pleach::value_code;
namespace frozen = pleach::frozen;

namespace {

constexpr std::size_t widths[] = {1, 7, 8, 31, 50, 64, 65, 130};

float largest(std::span<const float> row) {
    float most = 0;
    for (const float x : row) most = std::max(most, std::abs(x));
    return most;
}

}  // namespace

TEST_CASE("a frozen row is the row, within what its value code promises") {
    for (const std::size_t dim : widths) {
        const auto table = sparse_table(60, dim, 0.3);
        for_each_kind([&]<class Format>(const Format*) {
            CAPTURE(Format::kind(), dim);
            const auto rows = frozen_as<Format>(table);
            REQUIRE(rows.size() == 60);
            REQUIRE(rows.dim() == dim);
            std::vector<float> row(dim);
            for (std::uint32_t r = 0; r < 60; ++r) {
                rows.lookup(r, row);
                const double allowed = Format::form_type::error() * static_cast<double>(largest(table.row(r)));
                for (std::size_t c = 0; c < dim; ++c) {
                    REQUIRE(static_cast<double>(std::abs(row[c] - table.row(r)[c])) <= allowed);
                    REQUIRE(!std::signbit(row[c] == 0 ? row[c] : 1.0F));
                }
            }
        });
    }
}

TEST_CASE("frozen floats are the same bits, in every format") {
    const auto table = sparse_table(200, 64, 0.1);
    const auto check = [&]<class Format>(const Format*) {
        if constexpr (Format::form_type::error() == 0) {
            const auto rows = expanded(frozen_as<Format>(table));
            for (std::uint32_t r = 0; r < 200; ++r)
                REQUIRE(
                    pleach::detail::equal_values(std::span<const float>(rows.row(r)), std::span<const float>(table.row(r))));
        }
    };
    for_each_kind(check);
}

TEST_CASE("sums, products and additions agree with the expanded rows") {
    for (const std::size_t dim : widths) {
        const auto table = sparse_table(40, dim, 0.4);
        const auto query = random_row<float>(dim, 3);
        std::vector<std::uint32_t> ids;
        for (std::uint32_t j = 0; j < 90; ++j) ids.push_back(j * 17 % 40);
        const std::vector<std::size_t> offsets = {0, 1, 1, 30, 90};
        const auto weights = random_row<float>(90, 4);
        for_each_kind([&]<class Format>(const Format*) {
            CAPTURE(Format::kind(), dim);
            const auto rows = frozen_as<Format>(table);
            const auto dense = expanded(rows);
            const std::span<const std::uint32_t> some(ids);
            pleach::matrix<float> sums(4, dim), expected(4, dim);
            const auto equal = [&] {
                for (std::size_t b = 0; b < 4; ++b)
                    for (std::size_t c = 0; c < dim; ++c)
                        REQUIRE(sums.row(b)[c] == tests::approx(expected.row(b)[c]).margin(2e-5));
            };
            pleach::gather_sum(rows, some, offsets, sums.view());
            pleach::gather_sum(dense, some, offsets, expected.view());
            equal();
            pleach::gather_weighted_sum(rows, some, std::span<const float>(weights), offsets, sums.view());
            pleach::gather_weighted_sum(dense, some, std::span<const float>(weights), offsets, expected.view());
            equal();
            pleach::gather_mean(rows, some, offsets, sums.view());
            pleach::gather_mean(dense, some, offsets, expected.view());
            equal();
            std::vector<float> out = query, wanted = query;
            rows.add_to(out, 5, -0.5F);
            dense.add_to(std::span<float>(wanted), 5, -0.5F);
            for (std::size_t c = 0; c < dim; ++c) REQUIRE(out[c] == tests::approx(wanted[c]).margin(1e-6));
            REQUIRE(rows.dot(3, query) == tests::approx(pleach::dot(query.data(), dense.row(3).data(), dim)).margin(1e-5));
        });
    }
}

TEST_CASE("rows that do not fit their records are found elsewhere") {
    // 2000 short rows and three full ones: a stride for the short ones.
    auto table = sparse_table(2000, 64, 0.02);
    for (const std::uint32_t r : {5U, 999U, 1999U})
        for (float& x : table.row(r)) x = 3;
    const auto rows = frozen_as<frozen::bitmap_records<>>(table);
    REQUIRE(rows.placement().stride() <= 64);
    const auto columns = frozen_as<frozen::column_records<>>(table);
    REQUIRE(columns.placement().stride() <= 64);
    for (const std::uint32_t r : {4U, 5U, 999U, 1998U, 1999U}) {
        REQUIRE(std::ranges::equal(expanded(rows).row(r), table.row(r)));
        REQUIRE(std::ranges::equal(expanded(columns).row(r), table.row(r)));
    }
}

TEST_CASE("an image does not depend on the executor, and bytes are counted") {
    const auto table = sparse_table(5000, 20, 0.2);
    for_each_kind([&]<class Format>(const Format*) {
        const frozen::image one = pleach::freeze<Format>(table), many = pleach::freeze<Format>(table, pleach::openmp{3});
        REQUIRE(one.content().metadata() == many.content().metadata());
        std::vector<std::size_t> sizes;
        for (const auto& [name, data] : one.content().arrays()) {
            const auto raw = [](const frozen::elements& e) { return std::visit([](auto s) { return std::as_bytes(s); }, e); };
            const auto a = raw(data), b = raw(many.content().arrays().at(name));
            REQUIRE(std::ranges::equal(a, b));
            sizes.push_back(a.size());
        }
        REQUIRE(one.bytes() == frozen::data_bytes(sizes));
    });
}

TEST_CASE("frozen tables keep the axioms of tables") {
    for_each_kind([]<class Format>(const Format*) {
        const auto rows = frozen_as<Format>(sparse_table(30, 12, 0.4));
        const auto report = pleach::testing::check(rows);
        CAPTURE(Format::kind(), report.text());
        REQUIRE(report.passed());
    });
}

TEST_CASE("what cannot be frozen is refused with its place") {
    auto table = sparse_table(9, 4, 1);
    table.row(7)[2] = std::numeric_limits<float>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze<frozen::dense_rows<>>(table), std::invalid_argument, "row 7, column 2");
    table.row(7)[2] = 1e6F;
    REQUIRE_NOTHROW(pleach::freeze<frozen::dense_rows<value_code::bf16>>(table));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze<frozen::dense_rows<value_code::f16>>(table), std::invalid_argument,
                                 "cannot be stored as f16");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze<frozen::csr_rows<>>(sparse_table(3, 300, 0.1)), std::invalid_argument,
                                 "rows of 300 columns do not fit columns8_rows<f32>, which holds 1 to 256");
    REQUIRE_NOTHROW(pleach::freeze<frozen::csr_rows<value_code::f32, std::uint16_t>>(sparse_table(3, 300, 0.1)));
}

TEST_CASE("masked tables and tables without rows freeze as well") {
    const pleach::masked masked(normal_table<float>(50, 16), random_mask(50, 16, 0.25));
    const auto rows = frozen_as<frozen::bitmap_rows<>>(masked);
    std::vector<float> a(16), b(16);
    for (std::uint32_t r = 0; r < 50; ++r) {
        rows.lookup(r, a);
        masked.lookup(r, b);
        REQUIRE(a == b);
    }
    for_each_kind(
        []<class Format>(const Format*) { REQUIRE(frozen_as<Format>(pleach::dense_table<float>(0, 5)).size() == 0); });
}

TEST_CASE("a table of one column is read in every format, whatever its values") {
    // 1.0 begins with a byte of zeros, as its column does.
    pleach::dense_table<float> table(40, 1);
    for (std::uint32_t r = 0; r < 40; ++r) table.row(r)[0] = r % 3 == 0 ? 0.0F : static_cast<float>(r);
    for_each_kind([&]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        const auto image = std::make_shared<const frozen::image>(pleach::freeze<Format>(table));
        frozen::defect wrong;
        const auto rows = Format::view(image->content(), wrong, "", image);
        REQUIRE(wrong.code == std::error_code());
        std::vector<float> row(1);
        for (std::uint32_t r = 0; r < 40; ++r) {
            rows.lookup(r, row);
            const double allowed = Format::form_type::error() * static_cast<double>(table.row(r)[0]);
            REQUIRE(static_cast<double>(std::abs(row[0] - table.row(r)[0])) <= allowed);
        }
    });
}

}  // namespace stored_rows_test
