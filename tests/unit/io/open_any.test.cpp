// SPDX-License-Identifier: Apache-2.0

#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/add_ids.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/hot_swap.hpp>
#include <pleach/io/open.hpp>
#include <pleach/io/open_any.hpp>
#include <pleach/table/bags.hpp>

#include "support/catch.hpp"
#include "support/ranking.hpp"
#include "support/temporary_directory.hpp"
#include "unit/frozen/formats.hpp"

#include <cmath>

namespace open_any_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

/// Sums of the rows are exact in any order where the rows are whole numbers.
void check_verbs(const pleach::any_frozen_table& any, bool is_exact) {
    const auto rows = expanded(any);
    const float tolerance = is_exact ? 0 : 1e-3F;
    const std::vector<std::uint32_t> ids{7, 0, 2, 2, 1, 299};
    const std::vector<std::size_t> offsets{0, 4, 4, 6};
    const std::vector<float> weights{1, 2, -1, 1, 1, 3};
    pleach::matrix<float> got(ids.size(), any.dim()), sums(3, any.dim()), means(3, any.dim()), weighted(3, any.dim());
    any.gather(ids, got.view());
    any.gather_sum(ids, offsets, sums.view());
    any.gather_mean(ids, offsets, means.view());
    any.gather_weighted_sum(ids, weights, offsets, weighted.view());
    pleach::matrix<float> sums_of_rows(3, any.dim()), means_of_rows(3, any.dim()), weighted_of_rows(3, any.dim());
    pleach::gather_sum(rows, ids, offsets, sums_of_rows.view());
    pleach::gather_mean(rows, ids, offsets, means_of_rows.view());
    pleach::gather_weighted_sum(rows, ids, weights, offsets, weighted_of_rows.view());
    for (std::size_t j = 0; j < ids.size(); ++j) REQUIRE(same_bits(got.row(j), rows.row(ids[j])));
    for (std::size_t b = 0; b < 3; ++b)
        for (std::size_t c = 0; c < any.dim(); ++c) {
            REQUIRE(std::abs(sums.row(b)[c] - sums_of_rows.row(b)[c]) <= tolerance);
            REQUIRE(std::abs(means.row(b)[c] - means_of_rows.row(b)[c]) <= tolerance);
            REQUIRE(std::abs(weighted.row(b)[c] - weighted_of_rows.row(b)[c]) <= tolerance);
        }
    const auto queries = small_numbers<float>(9, any.dim(), 5);
    std::vector<float> scores(any.size()), scores_of_rows(any.size());
    any.score(queries.row(0), scores);
    pleach::score(rows, std::span<const float>(queries.row(0)), std::span<float>(scores_of_rows));
    for (std::size_t i = 0; i < scores.size(); ++i) REQUIRE(std::abs(scores[i] - scores_of_rows[i]) <= tolerance);
    if (!is_exact) return;
    const some_excluded excluded(any.size(), queries.rows());
    ranking<float> lists(queries.rows());
    any.top_k(queries.view(), 12, [&](std::size_t q, auto best) { lists[q].assign(best.begin(), best.end()); },
              {.exec = {}, .excluded = excluded});
    REQUIRE(lists == slow_top_k(rows, queries, 12, excluded));
    REQUIRE(lists == fast_top_k(any, queries, 12, {.exec = {}, .excluded = excluded}));
}

}  // namespace

TEST_CASE("a table of every kind opens without its type and has every verb") {
    const temporary_directory folder;
    const auto path = folder.path() / "table.frozen";
    const auto numbers = small_numbers<float>(300, 33, 3);
    const pleach::dense_table<float> table(numbers.view());
    for_each_kind([&]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        pleach::save(pleach::freeze<Format>(table), path);
        const auto any = pleach::open_any(path);
        REQUIRE(any.kind() == Format::kind());
        REQUIRE(any.size() == 300);
        REQUIRE(any.dim() == 33);
        REQUIRE(any.bytes().size() == std::filesystem::file_size(path));
        const bool is_lossy = Format::kind().find("i8") != std::string::npos || Format::kind().find("<n") != std::string::npos;
        check_verbs(any, !is_lossy);
    });
}

TEST_CASE("compositions open without their type, from files, bytes and images") {
    const temporary_directory folder;
    const auto table =
        pleach::make_qr<float>({.entities = 300, .buckets = 20, .dim = 8}, pleach::normal{}, pleach::random_stream(3));
    const auto image = std::make_shared<const frozen::image>(
        pleach::freeze_parts(table, [](const auto& rows) { return pleach::freeze<frozen::dense_rows<>>(rows); }));
    pleach::save(*image, folder / "qr");
    const auto mapped = pleach::mapped_file::open(folder / "qr");
    for (const auto& any : {pleach::open_any(folder / "qr"), pleach::open_any_bytes(mapped.bytes()), pleach::view_any(image)}) {
        REQUIRE(any.kind() == "composed<hadamard>");
        check_verbs(any, false);
        const auto rows = expanded(any);
        for (std::uint32_t x = 0; x < 300; ++x) REQUIRE(same_bits(rows.row(x), expanded(table).row(x)));
    }
    REQUIRE(pleach::view_any(image).bytes().empty());
}

TEST_CASE("a copy keeps the file open, and ids and options are checked as for any table") {
    const temporary_directory folder;
    pleach::save(pleach::freeze<frozen::bitmap_rows<>>(sparse_table(50, 6, 0.5)), folder / "table");
    std::optional<pleach::any_frozen_table> first = pleach::open_any(folder / "table", {.limits = {}, .mode = {}});
    const auto any = *first;
    first.reset();
    std::filesystem::remove(folder / "table");
    const std::vector<std::uint32_t> ids{4, 50};
    pleach::matrix<float> out(2, 6);
    REQUIRE_THROWS_WITH_SENTENCE(any.gather(ids, out.view()), std::out_of_range,
                                 "id 50 at position 1 is not in the table, whose ids are 0 to 50 - 1");
    any.gather(ids, out.view(), {.exec = {}, .ids = pleach::id_policy::zero});
    REQUIRE(std::ranges::all_of(out.row(1), [](float x) { return x == 0; }));
    REQUIRE_THROWS_WITH_SENTENCE(any.top_k(out.view(), 0, [](std::size_t, auto) {}), std::invalid_argument, "k is 0");
}

TEST_CASE("original ids are read with the table, and by themselves, within the limits") {
    const temporary_directory folder;
    const auto path = folder.path() / "items";
    auto image = pleach::freeze<frozen::bitmap_rows<>>(sparse_table(3, 6, 0.5));
    frozen::add_ids(image, {{"items", 3}}, std::vector<std::string>{"M*A*S*H", "17", ""});
    pleach::save(image, path);
    REQUIRE(pleach::writer_of(image).bytes() == std::filesystem::file_size(path));
    std::optional<pleach::any_frozen_table> any = pleach::open_any(path);
    const frozen::row_ids of_file = any->ids(), alone = pleach::open_ids(path);
    any.reset();
    for (const frozen::row_ids& ids : {of_file, alone, pleach::open_ids(path, {.limits = {.id_bytes = 7}, .mode = {}})}) {
        REQUIRE(ids[0] == "M*A*S*H");
        REQUIRE(ids.find("17") == 1);
        REQUIRE(ids.find("") == 2);
    }
    REQUIRE(pleach::open<frozen::bitmap_rows<>>(path).size() == 3);
    for (const auto& open : {+[](const std::filesystem::path& p) {
                                 static_cast<void>(pleach::open_any(p, {.limits = {.id_bytes = 6}, .mode = {}}));
                             },
                             +[](const std::filesystem::path& p) {
                                 static_cast<void>(pleach::open_ids(p, {.limits = {.id_bytes = 6}, .mode = {}}));
                             }})
        REQUIRE_THROWS_WITH_SENTENCE(open(path), std::filesystem::filesystem_error, "\"pleach.ids\": read_limits::id_bytes");
    image.describe("pleach.ids", "items 2");
    pleach::save(image, path);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any(path), std::filesystem::filesystem_error, "original ids of the rows");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_ids(path), std::filesystem::filesystem_error, "original ids of the rows");
    pleach::save(pleach::freeze<frozen::bitmap_rows<>>(sparse_table(3, 6, 0.5)), path);
    REQUIRE(pleach::open_ids(path).is_empty());
    REQUIRE(pleach::open_any(path).ids().is_empty());
}

TEST_CASE("what cannot be opened is refused with the reason and the place") {
    const temporary_directory folder;
    const auto path = folder.path() / "table";
    pleach::safetensors_writer writer;
    const std::vector<float> weights{1, 2};
    writer.add("w", {2}, weights);
    writer.save(path);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any(path), std::filesystem::filesystem_error, "not a frozen table");
    REQUIRE_THROWS_AS(pleach::open_any(folder.path() / "nothing"), std::filesystem::filesystem_error);
    frozen::image image = pleach::freeze<frozen::dense_rows<>>(sparse_table(20, 6, 0.5));
    image.describe("kind", "pyramid");
    pleach::save(image, path);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any(path), std::filesystem::filesystem_error, "\"kind\" is \"pyramid\"");
    const auto mapped = pleach::mapped_file::open(path);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any_bytes(mapped.bytes()), std::filesystem::filesystem_error,
                                 "\"kind\" is \"pyramid\"");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_any_bytes(mapped.bytes().first(9)), std::filesystem::filesystem_error,
                                 "longer than the file");
}

TEST_CASE("a table without its type is replaced while it is served") {
    const temporary_directory folder;
    pleach::save(pleach::freeze<frozen::bitmap_rows<>>(sparse_table(50, 6, 0.5)), folder / "table");
    pleach::hot_swap items(folder / "table", [](const std::filesystem::path& path) { return pleach::open_any(path); });
    REQUIRE(items.current()->kind() == "bitmap_rows<f32>");
    pleach::save(pleach::freeze<frozen::dense_rows<>>(sparse_table(60, 6, 0.5)), folder / "table");
    REQUIRE(items.reload());
    REQUIRE(items.current()->kind() == "dense_rows<f32>");
    REQUIRE(items.current()->size() == 60);
}

}  // namespace open_any_test
