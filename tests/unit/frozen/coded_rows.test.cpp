// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/coded_rows.hpp>

#include <pleach/compose/detail/bound_codes.hpp>
#include <pleach/compose/detail/byte_books.hpp>
#include <pleach/compose/detail/code_reader.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/quantize/product_codes.hpp>
#include <pleach/quantize/residual_codes.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

namespace coded_rows_test {

using namespace tests;
namespace frozen = pleach::frozen;
using pleach::concat;
using pleach::sum;

namespace {

auto sums(std::size_t entities = 120) {
    return pleach::fit_residual_codes(normal_table<float>(entities, 10).rows(), {}, {.terms = 3, .bits = 5},
                                      pleach::random_stream(1));
}
auto groups(std::size_t entities = 120) {
    return pleach::fit_product_codes(normal_table<float>(entities, 10).rows(), {}, {.terms = 4, .bits = 5},
                                     pleach::random_stream(1));
}

template <class Format, class Table>
void require_same_rows(const Table& table, double allowed) {
    using form = frozen::form_of<Format, Table>;
    const auto rows = frozen_as<form>(table);
    REQUIRE((rows.size() == table.size() && rows.dim() == table.dim()));
    std::vector<float> a(table.dim()), b(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        rows.lookup(x, a);
        table.lookup(x, b);
        for (std::size_t c = 0; c < a.size(); ++c)
            REQUIRE(std::abs(static_cast<double>(a[c]) - static_cast<double>(b[c])) <= allowed);
    }
    const auto report = pleach::testing::check(rows);
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

// As open_any and the programs read it.
template <class Table>
void require_nested(const Table& table) {
    using form = frozen::form_of<frozen::dense_rows<pleach::value_code::i8>, Table>;
    const auto image = std::make_shared<const frozen::image>(pleach::freeze<form>(table));
    const auto known = frozen::view<form>(image);
    const auto found = frozen::view<frozen::nested_rows>(image);
    REQUIRE(found.kind() == image->content().value("kind"));
    std::vector<float> a(table.dim()), b(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        known.lookup(x, a);
        found.lookup(x, b);
        REQUIRE(same_bits(a, b));
    }
}

}  // namespace

TEST_CASE("tables of codewords freeze with their codes, the books in any form") {
    require_same_rows<frozen::dense_rows<>>(sums(), 0);
    require_same_rows<frozen::dense_rows<>>(groups(), 0);
    require_same_rows<frozen::dense_rows<pleach::value_code::f16>>(sums(), 4e-3);
    require_same_rows<frozen::dense_rows<pleach::value_code::i8>>(sums(), 6e-2);
    require_same_rows<frozen::dense_rows<pleach::value_code::i8>>(groups(), 2e-2);
}

TEST_CASE("a frozen table of codewords has the bytes of its codes, and of its books in bytes with a scale each") {
    const auto table = sums();
    const auto image = pleach::freeze<frozen::coded_rows<sum>>(table);
    CHECK(image.content().value("kind") == "coded<sum>");
    CHECK(image.content().value("terms") == "3");
    CHECK(image.content().value("bits") == "5");
    CHECK(image.content().value("books.kind") == "dense_rows<i8>");
    CHECK(image.content().find<std::byte>("ids")->size() == 120 * 15 / 8 + 4);
    CHECK(std::ranges::equal(*image.content().find<std::byte>("ids"), table.codes().bytes()));
    CHECK(image.content().find<std::byte>("books.records")->size() == 3 * 32 * 12 + 64);
    CHECK(pleach::freeze<frozen::coded_rows<concat>>(groups()).content().value("kind") == "coded<concat>");
}

TEST_CASE("tables of codewords are read without their types, within others as well") {
    require_nested(sums());
    require_nested(groups());
    require_nested(pleach::compose<sum>(
        150, pleach::part{"users_items", sums(150), pleach::split_map(70, pleach::identity_map(70), pleach::identity_map(80))},
        pleach::part{"shared", normal_table<float>(9, 10), pleach::remainder_map(9)}));
}

TEST_CASE("sums of frozen codewords are those of their rows, whatever the scales") {
    const auto check = [](const auto& table, const auto& rows) {
        std::vector<std::uint32_t> ids;
        std::vector<std::size_t> offsets{0};
        std::vector<float> weights;
        for (std::size_t bag = 0; bag < 4; ++bag) {
            for (std::size_t j = 0; j < bag * 60; ++j) {  // more codewords than 16 bits hold
                ids.push_back(static_cast<std::uint32_t>((bag * 31 + j * 17) % rows.size()));
                weights.push_back(static_cast<float>(j % 3) * 0.5F);
            }
            offsets.push_back(ids.size());
        }
        pleach::matrix<float> sums(4, rows.dim()), weighted(4, rows.dim());
        pleach::gather_sum(table, std::span<const std::uint32_t>(ids), offsets, sums.view());
        pleach::gather_weighted_sum(table, std::span<const std::uint32_t>(ids), std::span<const float>(weights), offsets,
                                    weighted.view());
        for (std::size_t bag = 0; bag < 4; ++bag)
            for (std::size_t c = 0; c < rows.dim(); ++c) {
                double sum = 0, with_weights = 0;
                for (std::size_t j = offsets[bag]; j < offsets[bag + 1]; ++j) {
                    sum += static_cast<double>(rows.row(ids[j])[c]);
                    with_weights += static_cast<double>(weights[j]) * static_cast<double>(rows.row(ids[j])[c]);
                }
                REQUIRE(std::abs(static_cast<double>(sums.row(bag)[c]) - sum) < 1e-3);
                REQUIRE(std::abs(static_cast<double>(weighted.row(bag)[c]) - with_weights) < 1e-3);
            }
    };
    using books = frozen::dense_rows<pleach::value_code::i8>;
    const auto check_both = [&](const auto& table) {
        using form = frozen::form_of<books, std::remove_cvref_t<decltype(table)>>;
        const auto one_scale = frozen_as<form>(table);
        check(one_scale, expanded(one_scale));
        const auto own_scales = frozen::view<form>(std::make_shared<const frozen::image>(
            pleach::freeze_parts(table, [](const auto& part) { return pleach::freeze<books>(part); })));
        check(own_scales, expanded(own_scales));
    };
    check_both(sums(300));
    check_both(groups(300));
    const auto wide = normal_table<float>(40, 150);
    const auto stream = pleach::random_stream(2);
    check_both(pleach::fit_residual_codes(wide.rows(), {}, {.terms = 2, .bits = 5, .sweeps = 0}, stream));
    check_both(pleach::fit_product_codes(wide.rows(), {}, {.terms = 12, .bits = 4, .rounds = 1}, stream));
}

TEST_CASE("frozen codewords have one scale, and looking a row up gives the same bits as adding them one by one") {
    const auto check = [](const auto& table) {
        using format = frozen::form_of<frozen::dense_rows<pleach::value_code::i8>, std::remove_cvref_t<decltype(table)>>;
        const auto rows = frozen_as<format>(table);
        for (std::uint32_t j = 1; j < rows.base().size(); ++j)
            REQUIRE(rows.base().reader(j).scale == rows.base().reader(0).scale);
        std::vector<float> once(rows.dim()), added(rows.dim());
        for (std::uint32_t x = 0; x < rows.size(); ++x) {
            rows.lookup(x, once);
            std::ranges::fill(added, 0.0F);
            rows.add_to(added, x, 1);
            REQUIRE(same_bits(once, added));
        }
    };
    check(sums());
    check(groups());
}

TEST_CASE("frozen tables of codewords rank as their rows do") {
    const auto check = [](const auto& table) {
        const auto rows = expanded(table);
        const auto queries = normal_table<float>(40, 10, 5);
        std::vector<std::vector<pleach::scored<float>>> expected;
        pleach::top_k(rows, queries.rows(), 7,
                      [&](std::size_t, auto best) { expected.emplace_back(best.begin(), best.end()); });
        pleach::top_k(table, queries.rows(), 7, [&](std::size_t q, std::span<const pleach::scored<float>> best) {
            REQUIRE(best.size() == 7);
            for (std::size_t i = 0; i < 7; ++i) REQUIRE(std::abs(best[i].score - expected[q][i].score) < 1e-4F);
        });
    };
    check(frozen_as<frozen::coded_rows<sum>>(sums(300)));
    check(frozen_as<frozen::coded_rows<concat>>(groups(300)));
}

TEST_CASE("skipping rows by bounds changes nothing in a ranking") {
    // Scores as sums of products, and lists without any bound: what the table does while lists are not full.
    const auto check = [](const auto& table, const auto& queries, std::size_t k, auto excluded) {
        std::vector<float> scores(table.size());
        pleach::top_k(table, queries.rows(), k,
                      [&](std::size_t q, std::span<const pleach::scored<float>> best) {
                          pleach::score(table, queries.rows().row(q), scores);
                          pleach::best_list<float> expected(k);
                          for (std::size_t x = 0; x < table.size(); ++x)
                              if (!pleach::ascending_ids(excluded(q)).contains(x)) expected.offer({x, scores[x]});
                          REQUIRE(std::ranges::equal(best, expected.sorted()));
                      },
                      {.excluded = excluded});
    };
    const std::vector<std::uint32_t> some{0, 5, 17, 80, 81, 299};
    const auto none = [&](std::size_t) { return std::span(some).first(0); };
    const auto two = [&](std::size_t q) { return std::span(some).first(q % 2 * some.size()); };
    auto queries = normal_table<float>(70, 10, 5);  // more than are ranked at once
    check(frozen_as<frozen::coded_rows<sum>>(sums(300)), queries, 7, two);
    check(frozen_as<frozen::coded_rows<concat>>(groups(300)), queries, 1, two);
    std::ranges::fill(queries.row(3), 0.0F);  // all scores are equal
    std::ranges::fill(queries.row(4), 1e-42F);
    std::ranges::fill(queries.row(5), 1e30F);
    check(frozen_as<frozen::coded_rows<sum>>(sums(300)), queries, 20, none);
    const auto table = sums(300);
    check(table, queries, 300, none);
    auto huge = table;
    for (float& x : huge.base().row(40)) x = 3e38F;  // products overflow: no bounds
    check(huge, queries, 5, none);
}

TEST_CASE("what a frozen table of codewords says of itself is checked") {
    const auto image = pleach::freeze<frozen::coded_rows<sum>>(sums());
    const auto refused = [&](const std::string& key, const std::string& word) {
        frozen::sections changed = image.content();
        changed.describe(key, word);
        frozen::defect wrong;
        const bool opened = frozen::view<frozen::coded_rows<sum>>(changed, wrong).has_value();
        REQUIRE(opened != static_cast<bool>(wrong));
        return wrong.code == pleach::frozen_errc::bad_metadata || wrong.code == pleach::frozen_errc::wrong_size ||
               wrong.code == pleach::frozen_errc::bad_assignment || wrong.code == pleach::frozen_errc::wrong_kind;
    };
    CHECK(!refused("unknown", "1"));
    for (const char* word : {"", "0", "2", "4", "03", "-1", "65536", "18446744073709551615"}) CHECK(refused("terms", word));
    for (const char* word : {"", "0", "3", "4", "6", "13", "x"}) CHECK(refused("bits", word));
    for (const char* word : {"", "0", "9", "11", "1099511627776"}) CHECK(refused("dim", word));
    for (const char* word : {"", "0", "119", "121", "1099511627775"}) CHECK(refused("entities", word));
    for (const char* word : {"", "coded<concat>", "coded", "coded<hadamard>", "assigned"}) CHECK(refused("kind", word));
    CHECK(refused("books.entities", "95"));
    CHECK(refused("books.dim", "9"));

    std::vector<std::byte> ids(image.content().find<std::byte>("ids")->begin(), image.content().find<std::byte>("ids")->end());
    ids.back() = std::byte{1};
    frozen::sections changed = image.content();
    changed.add("ids", std::span<const std::byte>(ids));
    frozen::defect wrong;
    CHECK(!frozen::view<frozen::coded_rows<sum>>(changed, wrong));
    CHECK(wrong.code == pleach::frozen_errc::guard_not_zero);
}

}  // namespace coded_rows_test
