// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/freeze_best.hpp>

#include "frozen/formats.hpp"
#include "support/catch.hpp"

#include <limits>

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
    const auto lengths = frozen::detail::count_values<frozen::dense_form<pleach::value_code::f32>>(table, pleach::sequential{});
    const auto formats = frozen::compare_formats(frozen::detail::histogram_of(lengths, 48), 48, {});
    REQUIRE(formats.size() == std::variant_size_v<frozen::any_rows>);
    for (const auto& one : formats)
        frozen::with_kind(one.kind, [&]<class Format>(const Format*) {
            CAPTURE(one.kind);
            // Values that a code rounds to zero may take fewer.
            const std::size_t bytes = pleach::freeze<Format>(table).bytes();
            REQUIRE(bytes <= one.bytes);
            if (Format::form_type::error() == 0)
                REQUIRE(bytes == one.bytes);
        });
}

TEST_CASE("the choice follows density, tolerance and bytes") {
    const auto chosen = [](double density, const frozen::freeze_request& asked) {
        return pleach::freeze_best(sparse_table(3000, 64, density), asked).formats.front().kind;
    };
    REQUIRE(chosen(1, {}) == "dense_rows<f32>");
    REQUIRE(chosen(0.1, {}) == "bitmap_records<f32>");
    REQUIRE(chosen(1, {.tolerance = 1e-3}) == "dense_rows<f16>");
    REQUIRE(chosen(0.1, {.bytes = 3000 * 40}) == "columns8_rows<f32>");
    REQUIRE(chosen(0.1, {.bytes = 3000 * 40, .tolerance = 0.01}).ends_with("records<i8>"));
}

TEST_CASE("the image is the chosen format's, and the reasons name all") {
    const auto table = sparse_table(300, 64, 0.1);
    const auto best = pleach::freeze_best(table);
    REQUIRE(best.frozen.content().word("kind") == best.formats.front().kind);
    const std::string text = frozen::explain(best.formats, 300);
    REQUIRE(text.starts_with("* " + best.formats.front().kind));
    REQUIRE(contains(text, "dense_rows<i8>"));
    REQUIRE(contains(text, "does not fit"));
}

TEST_CASE("bytes that no format holds are refused with those that would do") {
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze_best(sparse_table(300, 64, 0.5), {.bytes = 1000}), std::invalid_argument,
                                 "no format holds these rows in 1000 bytes; the smallest within the tolerance is bitmap_rows<f32> of");
}

TEST_CASE("a table that no format can hold, and a tolerance that is none, are refused") {
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze_best(no_columns{}), std::invalid_argument,
                                 "rows of 0 columns fit no format; formats hold 1 to 65536");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze_best(pleach::dense_table<float>(1, 65537)), std::invalid_argument,
                                 "rows of 65537 columns fit no format");
    for (const double tolerance : {-1.0, std::numeric_limits<double>::quiet_NaN()})
        REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze_best(sparse_table(3, 4, 1), {.tolerance = tolerance}), std::invalid_argument,
                                     "the tolerance is");
}
