// SPDX-License-Identifier: Apache-2.0

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/io/open.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/frozen/formats.hpp"

#include <fstream>

namespace open_test {

using namespace tests;
namespace frozen = pleach::frozen;

TEST_CASE("what is saved opens as what it was, mapped or read") {
    const temporary_directory folder;
    const auto path = folder.path() / "table.frozen";
    for_each_kind([&]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        const auto table = sparse_table(300, 33, 0.2);
        const auto rows = expanded(frozen_as<Format>(table));
        pleach::save(pleach::freeze<Format>(table), path);
        for (const pleach::open_mode mode : {pleach::open_mode::map, pleach::open_mode::memory}) {
            const auto opened = pleach::open<Format>(path, {.mode = mode});
            REQUIRE(std::ranges::equal(expanded(opened).rows().row(299), rows.rows().row(299)));
            REQUIRE(opened.size() == 300);
        }
    });
}

TEST_CASE("saving what was opened gives the same bytes") {
    const temporary_directory folder;
    const auto table = sparse_table(100, 20, 0.3);
    pleach::save(pleach::freeze<frozen::bitmap_records<>>(table), folder.path() / "a");
    const auto opened = pleach::open<frozen::bitmap_records<>>(folder.path() / "a");
    pleach::save(pleach::freeze<frozen::bitmap_records<>>(opened), folder.path() / "b");
    const auto bytes = [&](const char* name) {
        const auto file = pleach::mapped_file::open(folder.path() / name);
        return std::vector<std::byte>(file.bytes().begin(), file.bytes().end());
    };
    REQUIRE(bytes("a") == bytes("b"));
}

TEST_CASE("a composed table is one file") {
    const temporary_directory folder;
    const auto table =
        pleach::make_qr<float>({.entities = 200, .buckets = 20, .dim = 8}, pleach::normal{}, pleach::random_stream(3));
    using frozen_type = frozen::form_of<frozen::dense_rows<>, std::remove_cv_t<decltype(table)>>;
    pleach::save(pleach::freeze<frozen_type>(table), folder.path() / "qr");
    const auto opened = pleach::open<frozen_type>(folder.path() / "qr");
    REQUIRE(std::ranges::equal(expanded(opened).row(123), expanded(table).row(123)));
}

TEST_CASE("another kind, another container and an absent file are told apart") {
    const temporary_directory folder;
    const auto path = folder.path() / "table";
    pleach::save(pleach::freeze<frozen::dense_rows<>>(sparse_table(5, 4, 1)), path);
    std::error_code error;
    REQUIRE(!pleach::open<frozen::csr_rows<>>(path, error));
    REQUIRE(error == pleach::frozen_errc::wrong_kind);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open<frozen::csr_rows<>>(path), std::filesystem::filesystem_error,
                                 "found \"dense_rows<f32>\", needed \"columns8_rows<f32>\"");
    REQUIRE(pleach::open<frozen::dense_rows<>>(path, error));
    REQUIRE(!error);

    pleach::safetensors_writer writer;
    const std::vector<float> weights{1, 2};
    writer.add("w", {2}, weights);
    writer.save(path);
    REQUIRE(!pleach::open<frozen::dense_rows<>>(path, error));
    REQUIRE(error == pleach::frozen_errc::not_frozen);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open<frozen::dense_rows<>>(path), std::filesystem::filesystem_error,
                                 "not a frozen table");
    REQUIRE(!pleach::open<frozen::dense_rows<>>(folder.path() / "nothing", error));
    REQUIRE(error == std::errc::no_such_file_or_directory);
}

TEST_CASE("trusted bytes are not looked at") {
    const temporary_directory folder;
    const auto path = folder.path() / "table";
    pleach::save(pleach::freeze<frozen::dense_rows<>>(sparse_table(50, 4, 1)), path);
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-68, std::ios::end);
        file.put('\7');
    }
    std::error_code error;
    REQUIRE(!pleach::open<frozen::dense_rows<>>(path, error));
    REQUIRE(error == pleach::format_errc::data_checksum_mismatch);
    REQUIRE(pleach::open<frozen::dense_rows<>>(path, error, {.limits = {.data = pleach::data_checksum::trusted_bytes}}));
}

}  // namespace open_test
