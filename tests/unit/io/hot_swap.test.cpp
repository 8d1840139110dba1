// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/hot_swap.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/tensor/npy.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/top_k.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace hot_swap_test {

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

namespace {

using served = pleach::frozen::bitmap_records<>;

struct open_served {
    served operator()(const std::filesystem::path& path) const { return pleach::open<served>(path); }
};

/// A table that is another for each version, longer or shorter too; its first element is the version.
pleach::dense_table<float> table_of(std::size_t version) {
    pleach::dense_table<float> table(200 + 60 * (version % 5), cols);
    for (std::uint32_t r = 0; r < table.size(); ++r)
        for (std::uint32_t c = 0; c < cols; ++c) {
            const std::size_t value = (r * 31 + c * 17 + version * 7) % 23;
            table.row(r)[c] = value < 8 ? static_cast<float>(value) : 0;
        }
    table.row(0)[0] = static_cast<float>(version);
    return table;
}

/// What a request is answered with, from every row of a table and in several steps, between which it may be replaced.
struct answer {
    std::size_t size = 0;
    std::vector<pleach::scored<float>> best;
    std::vector<float> sum;
    float last = 0;

    template <class Table>
    static answer to_request(const Table& table) {
        answer result;
        result.size = table.size();
        pleach::matrix<float> query(1, cols);
        table.lookup(1, query.row(0));
        pleach::top_k(table, std::as_const(query).view(), 5,
                      [&](std::size_t, auto list) { result.best.assign(list.begin(), list.end()); });
        std::this_thread::yield();
        result.sum.assign(cols, 0);
        std::vector<float> row(cols);
        for (std::uint32_t r = 0; r < table.size(); ++r) {
            table.lookup(r, row);
            for (std::size_t c = 0; c < cols; ++c) result.sum[c] += row[c];
        }
        std::this_thread::yield();
        result.last = row[cols - 1];
        return result;
    }
    friend bool operator==(const answer&, const answer&) = default;
};

}  // namespace

TEST_CASE("Under load, every answer is wholly that of one table, none older than the one before, while tables are replaced") {
    constexpr std::size_t versions = 60, readers = 4;
    const temporary_directory directory;
    const auto path = directory / "table";
    std::vector<answer> expected;
    for (std::size_t v = 0; v <= versions; ++v) expected.push_back(answer::to_request(table_of(v)));
    const auto publish_version = [&](std::size_t v) { pleach::save(pleach::freeze<served>(table_of(v)), path); };
    publish_version(0);
    pleach::hot_swap table(path, open_served{});
    std::array<std::atomic<std::size_t>, readers> seen{};
    std::atomic<std::size_t> answers{0}, wrong{0};
    std::atomic<bool> done{false};

    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < readers; ++t)
        threads.emplace_back([&, t] {
            decltype(table)::reader reader(table);
            while (seen[t] < versions && !done) {
                const served& now = reader.get();
                std::vector<float> first(cols);
                now.lookup(0, first);
                const auto version = static_cast<std::size_t>(first[0]);
                wrong += version < seen[t] || version > versions || answer::to_request(now) != expected[version] ? 1U : 0U;
                seen[t] = version;
                ++answers;
            }
        });
    threads.emplace_back([&] {  // a second caller of reload
        while (table.generation() < versions && !done) {
            std::error_code error;
            static_cast<void>(table.reload(error));
            wrong += error ? 1U : 0U;
            std::this_thread::yield();
        }
    });
    for (std::size_t version = 1; version <= versions; ++version) {
        publish_version(version);
        static_cast<void>(table.reload());
        // Now and then all readers come along, so that none sees the first table and the last one only.
        while (version % 6 == 0 && wrong == 0 && std::ranges::any_of(seen, [&](const auto& one) { return one < version; }))
            std::this_thread::yield();
    }
    done = wrong > 0;
    for (std::size_t t = 0; t < readers; ++t) threads[t].join();
    done = true;
    threads.back().join();
    REQUIRE(wrong == 0);
    REQUIRE(answers >= readers * versions / 6);
    REQUIRE(answer::to_request(*table.current()) == expected[versions]);
}

}  // namespace hot_swap_test
