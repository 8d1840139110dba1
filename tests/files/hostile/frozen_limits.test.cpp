// SPDX-License-Identifier: Apache-2.0

// The limits of frozen tables, each one below, at and beyond it, and tables that are nested (F25, F26, F30).

#include <pleach/io/open_any.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/frozen/formats.hpp"

namespace frozen_limits_test {

namespace frozen = pleach::frozen;

namespace {

using tests::sparse_table;

/// Rows under that many tables, one within the other.
frozen::image nested_image(std::size_t tables) {
    frozen::image inner = pleach::freeze<frozen::dense_rows<>>(sparse_table(20, 6, 0.5));
    for (std::size_t i = 1; i < tables; ++i) {
        frozen::image outer;
        outer.absorb(std::move(inner), "base.");
        outer.describe("kind", "activated<tanh>");
        outer.describe("entities", "20");
        outer.describe("dim", "6");
        outer.describe("pleach.frozen", "1");
        inner = std::move(outer);
    }
    return inner;
}

std::error_code opened(const frozen::image& image, const pleach::read_limits& limits) {
    const tests::temporary_directory folder;
    pleach::save(image, folder / "table");
    std::error_code error;
    static_cast<void>(pleach::open<frozen::nested_rows>(folder / "table", error, {.limits = limits}));
    return error;
}

}  // namespace

TEST_CASE("rows and columns of a frozen table are limited, also within it") {
    for (const std::size_t tables : {1U, 2U, 3U}) {
        const frozen::image image = nested_image(tables);
        for (const std::uint64_t rows : {19U, 20U, 21U}) {
            const auto error = opened(image, {.rows = rows});
            REQUIRE(error == (rows < 20 ? make_error_code(pleach::frozen_errc::beyond_limit) : std::error_code()));
        }
        for (const std::uint64_t columns : {5U, 6U, 7U}) {
            const auto error = opened(image, {.columns = columns});
            REQUIRE(error == (columns < 6 ? make_error_code(pleach::frozen_errc::beyond_limit) : std::error_code()));
        }
    }
    frozen::image image = pleach::freeze<frozen::dense_rows<>>(sparse_table(20, 6, 0.5));
    for (const char* entities : {"1099511627776", "1099511627777", "18446744073709551614", "18446744073709551615"}) {
        image.describe("entities", entities);
        REQUIRE(opened(image, {}));
        REQUIRE(opened(image, {.rows = ~std::uint64_t{0}}));
    }
}

TEST_CASE("tables within tables are limited, and the limit itself is") {
    using pleach::frozen_errc;
    REQUIRE(!opened(nested_image(7), {}));
    REQUIRE(!opened(nested_image(8), {}));
    REQUIRE(opened(nested_image(9), {}) == frozen_errc::beyond_limit);
    REQUIRE(!opened(nested_image(9), {.nesting = 9}));
    REQUIRE(!opened(nested_image(17), {.nesting = 1000}));
    REQUIRE(opened(nested_image(18), {.nesting = 1000}) == frozen_errc::bad_metadata);
    REQUIRE(opened(nested_image(1), {.nesting = 0}) == frozen_errc::beyond_limit);
}

TEST_CASE("a limit that is exceeded is named") {
    const tests::temporary_directory folder;
    pleach::save(nested_image(2), folder / "table");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any(folder / "table", {.limits = {.columns = 5}}),
                                 std::filesystem::filesystem_error, "\"base.dim\": read_limits::columns");
}

}  // namespace frozen_limits_test
