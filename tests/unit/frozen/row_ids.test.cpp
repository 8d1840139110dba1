// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/add_ids.hpp>
#include <pleach/frozen/row_ids.hpp>

#include <pleach/frozen/freeze.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

namespace row_ids_test {

namespace frozen = pleach::frozen;
using frozen::row_ids;

namespace {

using rows_type = frozen::bitmap_rows<>;
using names = std::vector<std::string>;

frozen::image table_of(std::size_t rows) { return pleach::freeze<rows_type>(tests::sparse_table(rows, 4, 0.5)); }

const names seven{"The Third Man", "", "17", "b\xC3\xA4r", "170", "9", "17 "};

row_ids ids_in(const frozen::image& image, std::size_t rows) {
    frozen::defect wrong;
    const row_ids ids = row_ids::view(image.content(), rows, true, wrong);
    REQUIRE(!wrong);
    return ids;
}

/// A table with ids, after `spoil` has changed the sections; the arrays must live as long as they are read.
template <class Spoil>
std::error_code defect_of(const Spoil& spoil) {
    frozen::image image = table_of(7);
    frozen::add_ids(image, {{"items", 7}}, seven);
    frozen::sections parts = image.content();
    spoil(parts);
    frozen::defect wrong;
    static_cast<void>(frozen::view<rows_type>(parts, wrong));
    return wrong.code;
}

}  // namespace

TEST_CASE("ids are those that were added, by row and back") {
    frozen::image image = table_of(7);
    const std::size_t before = image.bytes();
    frozen::add_ids(image, {{"items", 7}}, seven);
    REQUIRE(image.bytes() > before + 8 * 7);
    const row_ids ids = ids_in(image, 7);
    REQUIRE(ids.size() == 7);
    REQUIRE(ids.groups() == std::vector<frozen::id_group>{{"items", 7}});
    REQUIRE(ids.longest() == 13);
    REQUIRE(ids.bytes() == 13 + 2 + 4 + 3 + 1 + 3 + 8 * 7);
    for (std::size_t row = 0; row < 7; ++row) {
        REQUIRE(ids[row] == seven[row]);
        REQUIRE(ids.find(seven[row]) == row);
        REQUIRE(ids.find(seven[row], "items") == row);
    }
    for (const char* unknown : {"1", "z", "The", "171", "\xff"}) REQUIRE(!ids.find(unknown));
    REQUIRE(!ids.find("17", "users"));
    frozen::defect wrong;
    REQUIRE(frozen::view<rows_type>(image.content(), wrong));
    REQUIRE(!wrong);
}

TEST_CASE("groups of rows have ids of their own, which may be the same") {
    frozen::image image = table_of(5);
    frozen::add_ids(image, {{"users", 2}, {"items", 3}}, names{"2", "1", "1", "3", "2"});
    const row_ids ids = ids_in(image, 5);
    REQUIRE(ids.find("1", "users") == 1);
    REQUIRE(ids.find("2", "users") == 0);
    REQUIRE(ids.find("1", "items") == 2);
    REQUIRE(ids.find("2", "items") == 4);
    REQUIRE(!ids.find("3", "users"));
    REQUIRE(!ids.find("1"));  // in which group?
}

TEST_CASE("a table without ids has none, and a table without rows has no ids to find") {
    const frozen::image plain = table_of(7);
    REQUIRE(ids_in(plain, 7).is_empty());
    REQUIRE(row_ids::arrays_of(plain.content()) == 0);
    frozen::image empty = table_of(0);
    frozen::add_ids(empty, {{"items", 0}}, {});
    const row_ids ids = ids_in(empty, 0);
    REQUIRE(!ids.is_empty());
    REQUIRE(ids.size() == 0);
    REQUIRE(!ids.find(""));
    frozen::defect wrong;
    REQUIRE(frozen::view<rows_type>(empty.content(), wrong));
}

TEST_CASE("ids that do not fit the table are refused before anything is added") {
    const auto refusal = [](const std::vector<frozen::id_group>& groups, const names& ids) {
        frozen::image image = table_of(3);
        const std::size_t arrays = image.content().arrays().size();
        auto sentence = tests::sentence_of<std::invalid_argument>([&] { frozen::add_ids(image, groups, ids); });
        REQUIRE(image.content().arrays().size() == arrays);
        return sentence;
    };
    using tests::contains;
    REQUIRE(contains(refusal({{"items", 2}}, {"a", "b"}), "there are 2 ids, but the table has 3 rows; give one for each"));
    REQUIRE(contains(refusal({{"items", 2}}, {"a", "b", "c"}), "the groups have 2 rows, but there are 3 ids"));
    REQUIRE(contains(refusal({}, {"a", "b", "c"}), "the groups have 0 rows"));
    REQUIRE(contains(refusal({{"items", 3}}, {"a", "b", "a"}), "the id \"a\" occurs twice in the group \"items\""));
    REQUIRE(contains(refusal({{"an item", 3}}, {"a", "b", "c"}), "\"an item\" cannot name a group"));
    REQUIRE(contains(refusal({{"x", 1}, {"x", 2}}, {"a", "b", "c"}), "two groups are named \"x\""));
    frozen::image image = table_of(1);
    frozen::add_ids(image, {{"items", 1}}, names{"a"});
    REQUIRE_THROWS_WITH_SENTENCE(frozen::add_ids(image, {{"items", 1}}, names{"a"}), std::invalid_argument, "has ids already");
}

TEST_CASE("every contradiction between ids, their order and their groups is found when a table is opened") {
    using pleach::frozen_errc;
    REQUIRE(!defect_of([](frozen::sections&) {}));
    for (const char* groups : {"items 6", "items 8", "items", "items ", "items -7", "items 7x", "items 7,", ",items 7", " 7",
                               "items 4,items 3", "items 3,users 5", "it ems 7", "items 18446744073709551616"})
        REQUIRE(defect_of([&](frozen::sections& parts) { parts.describe("pleach.ids", groups); }) == frozen_errc::bad_ids);
    // Without the metadata, these arrays belong to nothing.
    REQUIRE(defect_of([](frozen::sections& parts) { parts.describe("pleach.ids", ""); }) == frozen_errc::unknown_array);

    const std::vector<std::uint32_t> ends{13, 13, 15, 19, 22, 23, 26};
    const std::vector<std::uint32_t> order{1, 2, 6, 4, 5, 0, 3};  // "", "17", "17 ", "170", "9", "The Third Man", "bär"
    const auto with = [](const char* name, const std::vector<std::uint32_t>& numbers) {
        return defect_of([&](frozen::sections& parts) { parts.add(name, std::span<const std::uint32_t>(numbers)); });
    };
    REQUIRE(!with("pleach.id_ends", ends));
    REQUIRE(!with("pleach.id_order", order));
    for (std::size_t i = 0; i < 6; ++i) {
        auto descending = ends;
        descending[i] = 27;
        REQUIRE(with("pleach.id_ends", descending) == frozen_errc::bad_ids);
        auto twice = order, swapped = order;
        twice[i] = order[i + 1];
        REQUIRE(with("pleach.id_order", twice) == frozen_errc::bad_ids);
        std::swap(swapped[i], swapped[i + 1]);
        REQUIRE(with("pleach.id_order", swapped) == frozen_errc::bad_ids);
        auto beyond = order;
        beyond[i] = 7;
        REQUIRE(with("pleach.id_order", beyond) == frozen_errc::bad_ids);
    }
    auto shorter = ends;
    shorter.back() = 25;
    REQUIRE(with("pleach.id_ends", shorter) == frozen_errc::wrong_size);
    REQUIRE(with("pleach.id_ends", {13, 26}) == frozen_errc::wrong_size);
    REQUIRE(with("pleach.id_order", {0}) == frozen_errc::wrong_size);
    const std::vector<float> floats(7);
    REQUIRE(defect_of([&](frozen::sections& parts) { parts.add("pleach.id_order", std::span<const float>(floats)); }) ==
            frozen_errc::missing_array);
    // Two rows with the same bytes: the order cannot ascend.
    const std::string text = "The Third Man17b\xC3\xA4r17017 9";
    REQUIRE(text.size() == 26);
    REQUIRE(defect_of([&](frozen::sections& parts) { parts.add("pleach.ids", std::as_bytes(std::span(text))); }) ==
            frozen_errc::bad_ids);
}

TEST_CASE("an order does not lead from one group into another") {
    frozen::image image = table_of(4);
    frozen::add_ids(image, {{"users", 2}, {"items", 2}}, names{"a", "b", "a", "b"});
    frozen::sections parts = image.content();
    const std::vector<std::uint32_t> order{0, 3, 2, 1};
    parts.add("pleach.id_order", std::span<const std::uint32_t>(order));
    frozen::defect wrong;
    REQUIRE(!frozen::view<rows_type>(parts, wrong));
    REQUIRE(wrong.code == pleach::frozen_errc::bad_ids);
}

TEST_CASE("whatever the arrays of ids hold, they are refused or can be used") {
    frozen::image image = table_of(7);
    frozen::add_ids(image, {{"users", 3}, {"items", 4}}, seven);
    const pleach::random_stream chance(7);
    std::size_t opened = 0;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        frozen::sections parts = image.content();
        const bool is_order = chance.below(2, i, 0) == 0;
        const char* const name = is_order ? "pleach.id_order" : "pleach.id_ends";
        const auto before = *parts.find<std::uint32_t>(name);
        std::vector<std::uint32_t> numbers(before.begin(), before.end());
        for (std::uint64_t k = 0; k <= chance.below(3, i, 1); ++k) {
            const std::uint64_t value = chance.below(4, i, 2 + k) == 0 ? ~std::uint64_t{0} - k : chance.below(28, i, 5 + k);
            numbers[chance.below(7, i, 8 + k)] = static_cast<std::uint32_t>(value);
        }
        parts.add(name, std::span<const std::uint32_t>(numbers));
        frozen::defect wrong;
        const row_ids ids = row_ids::view(parts, 7, true, wrong);
        if (wrong) continue;
        ++opened;
        for (std::size_t row = 0; row < 7; ++row) REQUIRE(ids.find(ids[row], row < 3 ? "users" : "items") == row);
    }
    REQUIRE(opened > 0);
    REQUIRE(opened < 3000);
}

}  // namespace row_ids_test
