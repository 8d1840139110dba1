// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/kept_rows.hpp>

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

#include <limits>

namespace kept_rows_test {

using namespace tests;
namespace frozen = pleach::frozen;
using pleach::value_code;

namespace {

// Rows of six columns, of which `share` and the last are not zero: of 1400, so that there are several counts, and a word that is
// not full.
pleach::dense_table<float> rows_with_zeros(double share, std::size_t size = 1400) {
    auto table = normal_table<float>(size, 6, 5);
    const pleach::random_stream die(8);
    for (std::uint32_t r = 0; r < size; ++r)
        if (!(die.uniform(r) < share) && (share == 0 || r + 1 < size)) std::ranges::fill(table.row(r), 0.0F);
    return table;
}

using three_bits = frozen::kept_rows<frozen::level_rows<3>>;

}  // namespace

TEST_CASE("Kept rows are those of the format, and the others zeros, whatever the share and the form") {
    for (const double share : {0.0, 0.01, 0.5, 1.0}) {
        const auto table = rows_with_zeros(share);
        frozen::for_each_kind([&]<class Format>(const Format*) {
            CAPTURE(Format::kind(), share);
            const auto kept = frozen_as<frozen::kept_rows<Format>>(table);
            REQUIRE((kept.size() == 1400 && kept.dim() == 6));
            const auto all = frozen_as<Format>(table);
            std::vector<float> found(6), expected(6);
            std::size_t before = 0;
            for (std::uint32_t r = 0; r < 1400; ++r) {
                const bool is_kept = std::ranges::any_of(table.row(r), [](float x) { return x != 0; });
                REQUIRE(kept.bits().has(r) == is_kept);
                REQUIRE(kept.bits().before(r) == before);
                before += is_kept ? 1U : 0U;
                kept.lookup(r, found);
                all.lookup(r, expected);
                if (!is_kept) std::ranges::fill(expected, 0.0F);  // which codes without a zero do not hold
                REQUIRE(found == expected);
            }
            REQUIRE(kept.base().size() == before);
        });
    }
}

TEST_CASE("Kept rows take an eighth of a byte and a count for each 512 rows, and what the kept ones take") {
    const auto table = rows_with_zeros(0.3);
    const auto kept = frozen_as<three_bits>(table);
    std::size_t alone = 0;  // of what is beside the rows
    const auto image = pleach::freeze<three_bits>(table);
    for (const auto& [name, data] : image.content().arrays())
        if (!name.starts_with("rows.")) alone += std::visit([](auto bytes) { return bytes.size_bytes(); }, data);
    CHECK(alone == 4 * ((1400 + 31) / 32 + 3));
    CHECK(image.content().find<std::byte>("rows.records")->size() == kept.base().size() * 4 + frozen::guard_bytes);
}

TEST_CASE("Kept rows are gathered, pooled, scored and ranked as any table") {
    const auto table = rows_with_zeros(0.2);
    const auto kept = frozen_as<frozen::kept_rows<frozen::dense_rows<>>>(table);
    const std::vector<float> query = random_row<float>(6, 5);
    std::vector<float> a(1400), b(1400);
    pleach::score(kept, std::span<const float>(query), std::span(a));
    pleach::score(table, std::span<const float>(query), std::span(b));
    for (std::size_t x = 0; x < 1400; ++x) REQUIRE(a[x] == tests::approx(b[x]).margin(1e-5));
    std::vector<std::size_t> best, expected;
    const pleach::matrix_view<const float> queries(query.data(), 1, 6);
    const auto into = [](std::vector<std::size_t>& list) {
        return [&list](std::size_t, std::span<const pleach::scored<float>> found) {
            for (const auto& one : found) list.push_back(one.id);
        };
    };
    pleach::top_k(kept, queries, 300, into(best));  // zero rows among them
    pleach::top_k(table, queries, 300, into(expected));
    REQUIRE(best == expected);
    const std::vector<std::uint32_t> ids{3, 700, 1399, 700};
    const std::vector<std::size_t> offsets{0, 3, 4};
    pleach::matrix<float> found(2, 6), wanted(2, 6);
    pleach::gather_sum(kept, std::span<const std::uint32_t>(ids), std::span<const std::size_t>(offsets), found.view());
    pleach::gather_sum(table, std::span<const std::uint32_t>(ids), std::span<const std::size_t>(offsets), wanted.view());
    REQUIRE(found == wanted);
}

TEST_CASE("Kept rows of a format that is chosen when they are known are read as nested rows, within others too") {
    const auto table = rows_with_zeros(0.4);
    std::size_t rows = 0;
    auto image = pleach::freeze_kept(table, [&](const auto& kept) {
        rows = kept.size();
        return pleach::freeze<frozen::dense_rows<value_code::f16>>(kept);
    });
    CHECK(rows == frozen_as<three_bits>(table).base().size());
    const auto nested = frozen::view<frozen::nested_rows>(std::make_shared<const frozen::image>(std::move(image)));
    CHECK(nested.kind() == "kept");
    CHECK(expanded(nested) == expanded(frozen_as<frozen::kept_rows<frozen::dense_rows<value_code::f16>>>(table)));
    const auto twice = pleach::freeze_kept(table, [](const auto& kept) {
        return pleach::freeze_kept(kept, [](const auto& again) { return pleach::freeze<frozen::dense_rows<>>(again); });
    });
    frozen::defect wrong;
    const auto inner = frozen::view<frozen::nested_rows>(twice.content(), wrong);
    REQUIRE(inner);
    CHECK(expanded(*inner) == expanded(table));
}

TEST_CASE("An image of kept rows whose metadata, bits or counts cannot be is refused") {
    using pleach::frozen_errc;
    const auto refused = [](auto&& change) {
        frozen::image image = pleach::freeze<three_bits>(rows_with_zeros(0.5));
        change(image);
        frozen::defect wrong;
        const bool found = frozen::view<three_bits>(image.content(), wrong).has_value();
        CHECK(found == !wrong);
        return wrong.code;
    };
    const auto word = [&](const char* key, const char* value) {
        return refused([&](frozen::image& image) { image.describe(key, value); });
    };
    const auto flipped = [&](const char* name, std::size_t at, std::uint32_t bits) {
        return refused([&](frozen::image& image) {
            const auto old = *image.content().find<std::uint32_t>(name);
            const std::vector<std::uint32_t> copy(old.begin(), old.end());
            const auto next = image.add<std::uint32_t>(name, copy.size());
            std::ranges::copy(copy, next.begin());
            next[at] ^= bits;
        });
    };
    CHECK(!refused([](frozen::image&) {}));
    CHECK(word("kind", "assigned") == frozen_errc::wrong_kind);
    CHECK(word("entities", "") == frozen_errc::bad_metadata);
    CHECK(word("entities", "1399") == frozen_errc::bad_kept_rows);  // the last row's bit is beyond
    CHECK(word("entities", "1409") == frozen_errc::wrong_size);
    CHECK(word("entities", "1099511627775") == frozen_errc::wrong_size);
    CHECK(word("dim", "7") == frozen_errc::bad_metadata);
    CHECK(word("rows.entities", "3") == frozen_errc::wrong_size);
    CHECK(flipped("kept", 0, 1) == frozen_errc::bad_kept_rows);
    CHECK(flipped("kept", 43, 1) == frozen_errc::bad_kept_rows);
    CHECK(flipped("kept", 43, std::uint32_t{1} << 24) == frozen_errc::bad_kept_rows);  // row 1400
    CHECK(flipped("counts", 0, 1) == frozen_errc::bad_kept_rows);
    CHECK(flipped("counts", 2, 1) == frozen_errc::bad_kept_rows);
}

TEST_CASE("A row that is not finite is kept, and refused as in any format") {
    auto table = rows_with_zeros(0.1);
    table.row(3)[2] = std::numeric_limits<float>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze<three_bits>(table), std::invalid_argument, "which cannot be stored as n3b");
}

}  // namespace kept_rows_test
