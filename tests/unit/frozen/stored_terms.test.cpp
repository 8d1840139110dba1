// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/stored_terms.hpp>

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/table/top_k.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

#include <limits>

namespace stored_terms_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

pleach::legcf_table<float> coarse(std::size_t codes = 20, std::size_t entities = 100) {
    return pleach::make_legcf<float>(random_assignment<float>(entities, codes, 2), 12, pleach::normal{.deviation = 1},
                                     pleach::random_stream(3));
}

pleach::c2f_table<float> both() {
    const pleach::dense_table<float> fine(6, 12, pleach::normal{.deviation = 1.5}, pleach::random_stream(4));
    return pleach::make_c2f<float>(coarse(), fine, random_assignment<float>(20, 6, 3), {.threshold = 1.0F, .share = 0.2F});
}

template <class Format, class Table>
frozen::image image_of(const Table& table) {
    return pleach::freeze<frozen::form_of<Format, Table>>(table);
}

template <class Format, class Table>
void require_same_rows(const Table& table, double allowed = 1e-6) {
    const auto rows = frozen_as<frozen::form_of<Format, Table>>(table);
    REQUIRE((rows.size() == table.size() && rows.dim() == table.dim()));
    std::vector<float> a(table.dim()), b(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        rows.lookup(x, a);
        table.lookup(x, b);
        for (std::size_t c = 0; c < a.size(); ++c)
            REQUIRE(std::abs(static_cast<double>(a[c]) - static_cast<double>(b[c])) <= allowed);
    }
}

}  // namespace

TEST_CASE("tables of codes freeze with their assignments, in any form of the codes") {
    require_same_rows<frozen::dense_rows<>>(coarse());
    require_same_rows<frozen::dense_rows<>>(coarse(300, 200));  // ids of two bytes
    require_same_rows<frozen::dense_rows<pleach::value_code::f16>>(coarse(), 4e-3);
    require_same_rows<frozen::dense_rows<>>(both());
    require_same_rows<frozen::bitmap_rows<>>(both());
    const auto image = image_of<frozen::dense_rows<>>(both());
    CHECK(image.content().value("kind") == "activated<tanh>");
    CHECK(image.content().value("base.kind") == "assigned");
    CHECK(image.content().value("base.codes.kind") == "blended");
    CHECK(image.content().value("base.codes.first.codes.kind") == "dense_rows<f32>");
    CHECK(image.content().find<std::byte>("base.ids")->size() == 200);
    CHECK(image.content().find<float>("base.codes.share")->front() == 0.2F);
    const auto wide = image_of<frozen::dense_rows<>>(coarse(300, 200));
    CHECK(wide.content().find<std::byte>("base.ids")->size() == 800);
}

TEST_CASE("an array that belongs to no part of a table of codes is refused") {
    frozen::image image = image_of<frozen::bitmap_records<>>(both());
    using table_type = frozen::form_of<frozen::bitmap_records<>, pleach::c2f_table<float>>;
    frozen::defect wrong;
    REQUIRE(frozen::view<table_type>(image.content(), wrong));
    static_cast<void>(image.add<float>("base.codes.more", 3));
    REQUIRE(!frozen::view<table_type>(image.content(), wrong));
    CHECK(wrong.code == pleach::frozen_errc::unknown_array);
}

TEST_CASE("an image of codes whose words, ids, weights or share cannot be is refused") {
    using table_type = frozen::form_of<frozen::dense_rows<>, pleach::c2f_table<float>>;
    using pleach::frozen_errc;
    const auto refused = [](auto&& change) {
        frozen::image image = image_of<frozen::dense_rows<>>(both());
        change(image);
        frozen::defect wrong;
        const bool found = frozen::view<table_type>(image.content(), wrong).has_value();
        CHECK(found == !wrong);
        return wrong.code;
    };
    const auto word = [&](const char* key, const char* value) {
        return refused([&](frozen::image& image) { image.describe(key, value); });
    };
    const auto array = [&]<class T>(const char* name, std::size_t at, T value) {
        return refused([&](frozen::image& image) {
            const std::vector<T> old(image.content().find<T>(name)->begin(), image.content().find<T>(name)->end());
            const std::span<T> next = image.add<T>(name, old.size());
            std::ranges::copy(old, next.begin());
            next[at] = value;
        });
    };
    CHECK(!refused([](frozen::image&) {}));
    CHECK(word("kind", "assigned") == frozen_errc::wrong_kind);
    CHECK(word("base.kind", "blended") == frozen_errc::wrong_kind);
    CHECK(word("base.codes.kind", "assigned") == frozen_errc::wrong_kind);
    CHECK(word("entities", "99") == frozen_errc::bad_metadata);
    CHECK(word("dim", "11") == frozen_errc::bad_metadata);
    CHECK(word("base.entities", "99") == frozen_errc::wrong_size);
    CHECK(word("base.entities", "1099511627775") == frozen_errc::wrong_size);
    CHECK(word("base.dim", "13") == frozen_errc::bad_metadata);
    CHECK(word("base.terms", "0") == frozen_errc::bad_metadata);
    CHECK(word("base.terms", "21") == frozen_errc::bad_metadata);
    CHECK(word("base.terms", "1") == frozen_errc::wrong_size);
    CHECK(word("base.codes", "21") == frozen_errc::bad_assignment);
    CHECK(word("base.codes", "257") == frozen_errc::wrong_size);
    CHECK(word("base.codes.entities", "19") == frozen_errc::bad_metadata);
    CHECK(word("base.codes.first.codes.entities", "5") == frozen_errc::wrong_size);
    CHECK(array("base.ids", 7, std::byte{20}) == frozen_errc::bad_assignment);
    CHECK(array("base.weights", 7, -0.5F) == frozen_errc::bad_assignment);
    CHECK(array("base.weights", 7, std::numeric_limits<float>::quiet_NaN()) == frozen_errc::bad_assignment);
    CHECK(array("base.weights", 7, std::numeric_limits<float>::infinity()) == frozen_errc::bad_assignment);
    CHECK(array("base.codes.first.ids", 0, std::byte{6}) == frozen_errc::bad_assignment);
    CHECK(array("base.codes.share", 0, 1.5F) == frozen_errc::bad_assignment);
    CHECK(array("base.codes.share", 0, std::numeric_limits<float>::quiet_NaN()) == frozen_errc::bad_assignment);
}

TEST_CASE("frozen tables of codes rank as the tables that they were") {
    const auto table = coarse();
    const auto rows = frozen_as<frozen::form_of<frozen::dense_rows<>, pleach::legcf_table<float>>>(table);
    const std::vector<float> query = random_row<float>(12, 5);
    std::vector<float> a(100), b(100);
    pleach::score(rows, std::span<const float>(query), std::span(a));
    pleach::score(table, std::span<const float>(query), std::span(b));
    for (std::size_t x = 0; x < 100; ++x) CHECK(a[x] == tests::approx(b[x]).margin(1e-5));
}

}  // namespace stored_terms_test
