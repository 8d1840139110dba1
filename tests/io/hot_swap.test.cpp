// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/hot_swap.hpp>
#include <pleach/io/npy.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

using tests::temporary_directory;

namespace {

constexpr std::size_t rows = 300;
constexpr std::size_t cols = 16;

/// A table all of whose elements are the version.
void publish(const std::filesystem::path& path, int version) {
    const std::vector<float> elements(rows * cols, static_cast<float>(version));
    pleach::save_npy(path, pleach::matrix_view<const float>(elements.data(), rows, cols));
}

struct open_npy {
    pleach::npy_file operator()(const std::filesystem::path& path) const { return pleach::npy_file::open(path); }
};

using swapped_table = pleach::hot_swap<open_npy>;

float version_of(const pleach::npy_file& file) { return pleach::rows_of<float>(file.array()).row(rows - 1)[cols - 1]; }

}  // namespace

TEST_CASE("a reload opens the file that has taken the place of the old one, once") {
    const temporary_directory directory;
    publish(directory / "table", 1);
    swapped_table table(directory / "table");
    swapped_table::reader reader(table);
    REQUIRE(version_of(reader.get()) == 1);
    REQUIRE(!table.reload());

    publish(directory / "table", 2);
    REQUIRE(version_of(reader.get()) == 1);
    REQUIRE(table.reload());
    REQUIRE(version_of(reader.get()) == 2);
    REQUIRE(version_of(*table.current()) == 2);
    REQUIRE(!table.reload());
    REQUIRE(table.generation() == 1);
}

TEST_CASE("the old content lives until the last reader has moved on, and not longer") {
    const temporary_directory directory;
    publish(directory / "table", 1);
    swapped_table table(directory / "table");
    swapped_table::reader slow(table);
    swapped_table::reader fast(table);
    const std::weak_ptr<const pleach::npy_file> old = table.current();
    const auto& held = slow.get();
    publish(directory / "table", 2);
    REQUIRE(table.reload());
    REQUIRE(version_of(fast.get()) == 2);
    REQUIRE(!old.expired());
    REQUIRE(version_of(held) == 1);
    REQUIRE(version_of(slow.get()) == 2);
    REQUIRE(old.expired());
}

TEST_CASE("a damaged or missing file is not served, and the next good one is") {
    const temporary_directory directory;
    publish(directory / "table", 1);
    swapped_table table(directory / "table");
    swapped_table::reader reader(table);

    pleach::save_bytes(directory / "table", std::as_bytes(std::span("no table", 8)));
    REQUIRE_THROWS_WITH_SENTENCE(table.reload(), std::filesystem::filesystem_error, "not an npy file");
    std::error_code error;
    REQUIRE(!table.reload(error));
    REQUIRE(error == pleach::format_errc::not_npy);
    REQUIRE(version_of(reader.get()) == 1);

    std::filesystem::remove(directory / "table");
    REQUIRE(!table.reload(error));
    REQUIRE(error == std::errc::no_such_file_or_directory);
    REQUIRE(version_of(reader.get()) == 1);

    publish(directory / "table", 2);
    REQUIRE(table.reload(error));
    REQUIRE(!error);
    REQUIRE(version_of(reader.get()) == 2);
    REQUIRE_THROWS_AS(swapped_table(directory / "absent"), std::filesystem::filesystem_error);
}

TEST_CASE("under load, every reader sees whole tables only, each no older than the one before") {
    const temporary_directory directory;
    const auto path = directory / "table";
    constexpr int versions = 60;
    publish(path, 0);
    swapped_table table(path);
    std::atomic<bool> wrong{false};
    std::atomic<int> most_seen{0};

    std::vector<std::thread> readers;
    for (int t = 0; t < 4; ++t) {
        readers.emplace_back([&] {
            swapped_table::reader reader(table);
            float before = 0;
            while (before < versions && !wrong) {
                const auto view = pleach::rows_of<float>(reader.get().array());
                const float version = view.data()[0];
                for (std::size_t i = 0; i < rows * cols; ++i) {
                    wrong = wrong || view.data()[i] != version;
                }
                wrong = wrong || version < before;
                before = version;
            }
        });
    }
    std::thread impatient([&] {  // a second caller of reload
        while (table.generation() < versions && !wrong) {
            std::error_code error;
            static_cast<void>(table.reload(error));
            wrong = wrong || static_cast<bool>(error);
            most_seen = static_cast<int>(version_of(*table.current()));
            if (most_seen == versions) {
                break;
            }
        }
    });
    for (int version = 1; version <= versions; ++version) {
        publish(path, version);
        static_cast<void>(table.reload());
    }
    for (std::thread& reader : readers) {
        reader.join();
    }
    impatient.join();
    REQUIRE(!wrong);
    REQUIRE(version_of(*table.current()) == versions);
}
