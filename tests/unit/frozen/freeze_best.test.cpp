// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/freeze_best.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

#include <limits>

namespace freeze_best_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

/// What a table of a user's own may be.
struct no_columns {
    using value_type = float;
    using id_type = std::uint32_t;
    std::size_t size() const { return 3; }
    std::size_t dim() const { return 0; }
    void lookup(id_type, std::span<float>) const {}
};

}  // namespace

TEST_CASE("the bytes that are promised are the bytes that are taken") {
    const auto table = sparse_table(700, 48, 0.1);
    const auto formats = frozen::compare_formats(frozen::survey_rows(table), 48, {});
    REQUIRE(formats.size() == std::variant_size_v<frozen::any_rows>);
    for (const auto& one : formats)
        frozen::with_kind(one.kind, [&]<class Format>(const Format*) {
            CAPTURE(one.kind);
            // Values that a code rounds to zero may take fewer.
            const std::size_t bytes = pleach::freeze<Format>(table).bytes();
            REQUIRE(bytes <= one.bytes);
            if (Format::form_type::error() == 0) REQUIRE(bytes == one.bytes);
        });
}

TEST_CASE("the choice follows density, tolerance and bytes") {
    const auto chosen = [](double density, const frozen::freeze_request& asked) {
        return pleach::freeze_best(sparse_table(3000, 64, density), asked).formats.front().kind;
    };
    REQUIRE(chosen(1, {}) == "dense_rows<f32>");
    REQUIRE(chosen(0.1, {}) == "bitmap_records<f32>");
    REQUIRE(chosen(0.01, {}) == "columns8_records<f32>");
    REQUIRE(chosen(1, {.tolerance = 1e-3}) == "dense_rows<f16>");
    REQUIRE(chosen(0.1, {.bytes = 3000 * 40}) == "columns8_rows<f32>");
    REQUIRE(chosen(0.1, {.bytes = 3000 * 40, .tolerance = 0.01}).ends_with("records<i8>"));
}

TEST_CASE("Floats of a hundredth of the columns lie in records of sixteen bytes, and the rows that do not fit elsewhere") {
    auto table = sparse_table(20000, 64, 0.01);
    for (float& x : table.row(2)) x = x + 0.5F;
    const auto best = pleach::freeze_best(table);
    REQUIRE(best.formats.front().kind == "columns8_records<f32>");
    REQUIRE(best.frozen.content().value("stride") == "16");
    REQUIRE(best.frozen.content().find<std::byte>("overflow")->size() > frozen::guard_bytes);
    REQUIRE(best.frozen.bytes() < 20000 * 17);
    const auto kept = expanded(frozen_as<frozen::column_records<>>(table));
    std::size_t different = 0;
    for (std::uint32_t r = 0; r < 20000; ++r) different += std::ranges::equal(kept.row(r), table.row(r)) ? 0U : 1U;
    REQUIRE(different == 0);
}

TEST_CASE("no value is off by more than the tolerance, however small or large its row is") {
    for (const float size : {1e-44F, 1e-40F, 1e-37F, 1e-30F, 3e-8F, 1e-6F, 5e-5F, 1.0F, 7e4F, 2e38F, 3.39e38F})
        for (const double tolerance : {1e-4, 5e-4, 3e-3, 3.95e-3, 0.05, 0.9}) {
            auto table = sparse_table(2000, 8, 1);
            for (std::uint32_t r = 1000; r < 1020; ++r)
                for (std::size_t c = 0; c < 8; ++c) table.row(r)[c] = size * (static_cast<float>(8 * (r - 1000) + c) / 159);
            CAPTURE(size, tolerance);
            const auto best = pleach::freeze_best(table, {.tolerance = tolerance});
            REQUIRE(best.formats.front().error <= tolerance);
            frozen::with_kind(best.formats.front().kind, [&]<class Format>(const Format*) {
                const auto kept = expanded(frozen_as<Format>(table));
                std::size_t off = 0;
                for (std::uint32_t r = 0; r < table.size(); ++r) {
                    double largest = 0;
                    for (const float x : table.row(r)) largest = std::max(largest, static_cast<double>(std::abs(x)));
                    for (std::size_t c = 0; c < 8; ++c)
                        off += std::abs(static_cast<double>(kept.row(r)[c]) - static_cast<double>(table.row(r)[c])) <=
                                       tolerance * largest
                                   ? 0U
                                   : 1U;
                }
                REQUIRE(off == 0);
            });
        }
}

TEST_CASE("halves are chosen where rows are large enough for them, and not where one underflows or overflows") {
    const auto chosen = [](float size) {
        auto table = sparse_table(3000, 64, 1);
        for (float& x : table.row(5)) x = size;
        table.row(6)[0] = 0;
        return pleach::freeze_best(table, {.tolerance = 1e-3}).formats.front().kind;
    };
    REQUIRE(chosen(0x1p-14F) == "dense_rows<f16>");
    REQUIRE(chosen(0x1p-15F) == "dense_rows<f16>");
    REQUIRE(chosen(0x1p-16F) == "dense_rows<f32>");
    REQUIRE(chosen(1e-20F) == "dense_rows<f32>");
    REQUIRE(chosen(65519) == "dense_rows<f16>");
    REQUIRE(chosen(65520) == "dense_rows<f32>");
    REQUIRE(chosen(0) == "dense_rows<f16>");
}

TEST_CASE("the image is the chosen format's, and the reasons name all") {
    const auto table = sparse_table(300, 64, 0.1);
    const auto best = pleach::freeze_best(table);
    REQUIRE(best.frozen.content().value("kind") == best.formats.front().kind);
    const std::string text = frozen::explain(best.formats, 300);
    REQUIRE(text.starts_with("* " + best.formats.front().kind));
    REQUIRE(contains(text, "dense_rows<i8>"));
    REQUIRE(contains(text, "does not fit"));
}

TEST_CASE("bytes that no format holds are refused with those that would do") {
    REQUIRE_THROWS_WITH_SENTENCE(
        pleach::freeze_best(sparse_table(300, 64, 0.5), {.bytes = 1000}), std::invalid_argument,
        "no format holds these rows in 1000 bytes; the smallest within the tolerance is bitmap_rows<f32> of");
}

TEST_CASE("a table that no format can hold, and a tolerance that is none, are refused") {
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze_best(no_columns{}), std::invalid_argument,
                                 "rows of 0 columns fit no format; formats hold 1 to 65536");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze_best(pleach::dense_table<float>(1, 65537)), std::invalid_argument,
                                 "rows of 65537 columns fit no format");
    for (const double tolerance : {-1.0, std::numeric_limits<double>::quiet_NaN()})
        REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze_best(sparse_table(3, 4, 1), {.tolerance = tolerance}),
                                     std::invalid_argument, "the tolerance is");
}

}  // namespace freeze_best_test
