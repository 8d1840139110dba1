// SPDX-License-Identifier: Apache-2.0

// The limits of frozen tables, each one below, at and beyond it, and tables that are nested (F25, F26, F30).

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>
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
    frozen::image image = nested_image(1);
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

TEST_CASE("rows that share what is stored are limited by the bytes of the file") {
    const auto image_of = [](std::uint64_t rows) {
        frozen::image image;
        image.absorb(nested_image(1), "rows.");
        image.describe("kind", "composed<sum>");
        image.describe("entities", std::to_string(rows));
        image.describe("dim", "6");
        image.describe("parts", "rows");
        image.describe("rows.map", "remainder 20");
        image.describe("pleach.frozen", "1");
        return image;
    };
    const std::size_t bytes = pleach::writer_of(image_of(1024)).bytes();
    REQUIRE(bytes < 2048);  // so that all sizes below have as many digits
    for (const std::uint64_t per_byte : {2U, 3U, 4U})
        for (const int more : {-1, 0, 1}) {
            const std::uint64_t rows = per_byte * bytes + static_cast<std::uint64_t>(more);
            REQUIRE((opened(image_of(rows), {.rows_per_byte = per_byte}) == pleach::frozen_errc::beyond_limit) == (more > 0));
        }
    REQUIRE(opened(image_of(1024 * bytes - 4096), {}) == std::error_code());
    REQUIRE(opened(image_of(1024 * bytes + 65536), {}) == pleach::frozen_errc::beyond_limit);
}

TEST_CASE("a table has no more rows than its ids can name, whatever the limits allow") {
    const pleach::read_limits any{.rows_per_byte = ~std::uint64_t{0}};
    frozen::image image;
    image.absorb(nested_image(1), "rows.");
    image.describe("kind", "composed<sum>");
    image.describe("dim", "6");
    image.describe("parts", "rows");
    image.describe("rows.map", "remainder 20");
    image.describe("pleach.frozen", "1");
    for (const std::uint64_t rows : {0xFFFF'FFFFUL, 0x1'0000'0000UL, 0x1'0000'0001UL}) {
        image.describe("entities", std::to_string(rows));
        REQUIRE(opened(image, any) ==
                (rows > 0x1'0000'0000UL ? make_error_code(pleach::frozen_errc::bad_metadata) : std::error_code()));
    }
}

TEST_CASE("the lookups that one lookup takes multiply through assignments, and are limited") {
    // A codebook of 20 rows under tables that each sum four of the rows of the one below: 1 + 4 + 16 + 64.
    frozen::image image = nested_image(1);
    std::uint64_t all = 1;
    for (std::size_t level = 0; level < 7; ++level) {
        frozen::image outer;
        outer.absorb(std::move(image), "base.");
        for (const auto& [key, word] : {std::pair("kind", "assigned"), std::pair("entities", "20"), std::pair("dim", "6"),
                                        std::pair("terms", "4"), std::pair("codes", "20"), std::pair("pleach.frozen", "1")})
            outer.describe(key, word);
        const std::span<std::byte> ids = outer.add<std::byte>("ids", 80);
        for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::byte>(i % 20);
        static_cast<void>(outer.add<float>("weights", 80));
        image = std::move(outer);
        all = 1 + 4 * all;
        for (const std::uint64_t reads : {all - 1, all, all + 1})
            REQUIRE((opened(image, {.reads = reads}) == pleach::frozen_errc::beyond_limit) == (reads < all));
    }
    REQUIRE(all == 21'845);  // within the default; sixteen terms would not be
    const tests::temporary_directory folder;
    pleach::save(image, folder / "table");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any(folder / "table", {.limits = {.reads = 100}}),
                                 std::filesystem::filesystem_error, "read_limits::reads");
    frozen::image two;
    two.absorb(std::move(image), "base.");
    two.describe("terms", "4");
    two.describe("kind", "assigned");
    two.describe("pleach.frozen", "1");
    REQUIRE(opened(two, {.nesting = 9}) == pleach::frozen_errc::beyond_limit);
}

TEST_CASE("a limit that is exceeded is named") {
    const tests::temporary_directory folder;
    pleach::save(nested_image(2), folder / "table");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any(folder / "table", {.limits = {.columns = 5}}),
                                 std::filesystem::filesystem_error, "\"base.dim\": read_limits::columns");
}

}  // namespace frozen_limits_test
