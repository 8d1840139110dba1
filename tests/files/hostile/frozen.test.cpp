// SPDX-License-Identifier: Apache-2.0

// Frozen tables that are wrong in every way: cut at every length, with every byte replaced, with every number in the header set
// to what tends to go wrong, and with every byte of their rows replaced while the checksums are made to fit. What is refused is
// fine; what is accepted must be safe to use.

#include <pleach/table/borrowed_table.hpp>

#include "files/hostile/frozen_files.hpp"
#include "files/hostile/mutations.hpp"
#include "support/catch.hpp"

namespace frozen_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

/// The smallest table of a format that has everything: a short row, an empty one and, where the format knows such, one elsewhere.
template <class Format>
std::string small_file() {
    pleach::dense_table<float> table(70, 32);
    for (std::uint32_t r = 0; r < 70; ++r)
        if (r != 1) table.row(r)[r % 32] = 1.5F;
    for (float& x : table.row(2)) x = -0.25F;
    return file_of_image(pleach::freeze<Format>(table));
}

}  // namespace

TEST_CASE("a frozen file cut at any length, or longer, is refused") {
    for_each_kind([]<class Format>(const Format*) {
        const std::string file = small_file<Format>();
        REQUIRE(opens<Format>(file));
        for (std::size_t size = 0; size < file.size(); ++size) REQUIRE(!opens<Format>(file.substr(0, size)));
        REQUIRE(!opens<Format>(file + '\0'));
    });
}

TEST_CASE("tables of no rows, of no values and of a single one are written, opened and used") {
    for_each_kind([]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        for (const auto& [size, dim] : {std::pair(0U, 32U), {1U, 32U}, {3U, 1U}, {1U, 1U}}) {
            CAPTURE(size, dim);
            pleach::dense_table<float> table(size, dim);
            REQUIRE(opens<Format>(file_of_image(pleach::freeze<Format>(table))));
            if (size == 0) continue;
            table.row(size - 1)[dim - 1] = 1;
            const std::string file = file_of_image(pleach::freeze<Format>(table));
            REQUIRE(opens<Format>(file));
            for (std::size_t cut = 0; cut < file.size(); ++cut) REQUIRE(!opens<Format>(file.substr(0, cut)));
        }
    });
}

TEST_CASE("a frozen file with any byte replaced is refused") {
    for_each_kind([]<class Format>(const Format*) {
        std::string file = small_file<Format>();
        for (char& byte : file) {
            const char before = byte;
            for (const int change : {1, 0x80, 0xff}) {
                byte = static_cast<char>(before ^ change);
                std::error_code error;
                const aligned_bytes bytes(file);
                REQUIRE(!pleach::open_bytes<Format>(bytes.bytes.bytes(), error));
            }
            byte = before;
        }
    });
}

TEST_CASE("whatever byte of the rows is replaced, what opens can be used") {
    for_each_kind([]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        std::string file = small_file<Format>();
        const std::size_t end = header_end(file);
        std::size_t opened = 0, tried = 0;
        for (std::size_t at = end; at < file.size(); ++at) {
            const char before = file[at];
            for (const int change : {1 << at % 8, 0xff}) {
                file[at] = static_cast<char>(before ^ change);
                repair_checksums(file);
                opened += opens<Format>(file) ? 1U : 0U;
                ++tried;
            }
            file[at] = before;
        }
        REQUIRE(opened > 0);
        REQUIRE(opened < tried);
    });
}

TEST_CASE("every number of a frozen file's header set to what tends to go wrong is refused or harmless") {
    for_each_kind([]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        const std::string file = small_file<Format>();
        const auto wrong = field_mutations(file);
        std::size_t refused = 0;
        for (const std::string& other : wrong) refused += opens<Format>(other) ? 0U : 1U;
        REQUIRE(wrong.size() > 100);
        REQUIRE(refused > wrong.size() * 9 / 10);
    });
}

TEST_CASE("frozen files say what is wrong with them") {
    const auto table = sparse_table(300, 12, 0.4);
    const auto refused = [&]<class Format>(const Format*, auto&& change) {
        frozen::image image = pleach::freeze<Format>(table);
        change(image);
        const aligned_bytes file(file_of_image(image));
        std::error_code error;
        static_cast<void>(pleach::open_bytes<Format>(file.bytes.bytes(), error));
        return error;
    };
    const auto* bitmap = static_cast<const frozen::bitmap_records<>*>(nullptr);
    const auto* packed = static_cast<const frozen::csr_rows<>*>(nullptr);
    using pleach::frozen_errc;
    using image = frozen::image;
    REQUIRE(!refused(bitmap, [](image&) {}));
    REQUIRE(refused(bitmap, [](image& i) { i.describe("pleach.frozen", "2"); }) == frozen_errc::newer_version);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("pleach.frozen", "0"); }) == frozen_errc::newer_version);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("kind", "bitmap_records<f33>"); }) == frozen_errc::wrong_kind);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("entities", "-1"); }) == frozen_errc::bad_metadata);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("entities", "0300"); }) == frozen_errc::bad_metadata);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("entities", "301"); }) == frozen_errc::wrong_size);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("dim", "0"); }) == frozen_errc::bad_metadata);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("dim", "65537"); }) == frozen_errc::beyond_limit);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("stride", "0"); }) == frozen_errc::bad_metadata);
    REQUIRE(refused(bitmap, [](image& i) { i.describe("dim", "11"); }) == frozen_errc::bad_row);
    REQUIRE(refused(bitmap, [](image& i) { i.add<std::byte>("more", 8); }) == frozen_errc::unknown_array);
    REQUIRE(refused(bitmap, [](image& i) { i.add<float>("overflow", 64); }) == frozen_errc::missing_array);
    REQUIRE(refused(bitmap, [](image& i) { i.add<std::byte>("overflow", 63); }) == frozen_errc::wrong_size);
    REQUIRE(refused(bitmap, [](image& i) { i.add<std::byte>("overflow", 64)[63] = std::byte{1}; }) ==
            frozen_errc::guard_not_zero);
    REQUIRE(refused(bitmap, [](image& i) { i.add<float>("bounds", 1); }) == frozen_errc::wrong_size);
    REQUIRE(refused(bitmap, [](image& i) { i.add<float>("bounds", 2); }) == frozen_errc::bad_bound);
    REQUIRE(refused(packed, [](image& i) { i.describe("shift", "3"); }) == frozen_errc::bad_metadata);
    REQUIRE(refused(packed, [](image& i) { i.add<std::uint32_t>("offsets", 301); }) == frozen_errc::bad_offsets);
    REQUIRE(refused(packed, [](image& i) { i.add<std::uint32_t>("offsets", 300); }) == frozen_errc::wrong_size);
}

TEST_CASE("Values that are not finite are refused also where squares of values overflow, or a bound is no number") {
    for (const float large : {1.0F, 1e30F}) {
        pleach::matrix<float> rows(300, 9);
        for (std::size_t i = 0; i < rows.rows(); ++i)
            for (std::size_t c = 0; c < 9; c += 2) rows.row(i)[c] = large;
        const auto error_with = [&](float value, const char* array, float bound = 0, pleach::table_values values = {}) {
            frozen::image image = pleach::freeze<frozen::dense_rows<>>(pleach::borrowed_table<float>(rows.view()));
            const auto old = std::get<std::span<const std::byte>>(image.content().arrays().at("records"));
            const auto bounds = std::get<std::span<const float>>(image.content().arrays().at("bounds"));
            if (std::string_view(array) == "records") {
                const auto changed = image.add<std::byte>("records", old.size());
                std::ranges::copy(old, changed.begin());
                std::memcpy(changed.data() + 260 * 36 + 8, &value, sizeof value);
                if (bound != 0) std::ranges::fill(image.add<float>("bounds", bounds.size()), bound);
            } else {
                const auto changed = image.add<float>("bounds", bounds.size());
                std::ranges::copy(bounds, changed.begin());
                changed[1] = value;
            }
            const aligned_bytes file(file_of_image(image));
            std::error_code error;
            const auto opened = pleach::open_bytes<frozen::dense_rows<>>(file.bytes.bytes(), error, {.values = values});
            if (opened && std::string_view(array) == "records") {
                std::vector<float> row(9);
                opened->lookup(260, row);
                CHECK(std::memcmp(&row[2], &value, sizeof value) == 0);
            }
            return error;
        };
        CAPTURE(large);
        CHECK(!error_with(large, "records"));
        CHECK(error_with(INFINITY, "records") == pleach::frozen_errc::not_finite);
        CHECK(error_with(-INFINITY, "records") == pleach::frozen_errc::not_finite);
        CHECK(error_with(NAN, "records") == pleach::frozen_errc::not_finite);
        for (const float value : {INFINITY, -INFINITY, NAN}) {
            CHECK(error_with(value, "records", INFINITY) == pleach::frozen_errc::not_finite);
            CHECK(!error_with(value, "records", INFINITY, pleach::table_values::any));
            CHECK(error_with(value, "records", 0, pleach::table_values::any) ==
                  (large > 1 ? std::error_code() : make_error_code(pleach::frozen_errc::bad_bound)));
        }
        CHECK(error_with(0.5F, "bounds", 0, pleach::table_values::any) == pleach::frozen_errc::bad_bound);
        CHECK(error_with(NAN, "bounds") == pleach::frozen_errc::bad_bound);
        CHECK(error_with(0.5F, "bounds") == pleach::frozen_errc::bad_bound);
    }
}

}  // namespace frozen_test
