// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/nested_rows.hpp>

#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/freeze_best.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/top_k.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

namespace nested_rows_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

/// What freeze_parts may be given: the best format for each part.
struct best {
    template <class Table>
    frozen::image operator()(const Table& table) const {
        return pleach::freeze_best(table).frozen;
    }
};

template <class Table>
frozen::nested_rows nested(const Table& table) {
    return frozen::view<frozen::nested_rows>(std::make_shared<const frozen::image>(pleach::freeze_parts(table, best{})));
}

template <class Table>
void require_same_rows(const Table& table) {
    const auto rows = nested(table);
    REQUIRE((rows.size() == table.size() && rows.dim() == table.dim()));
    std::vector<float> a(table.dim()), b(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        rows.lookup(x, a);
        table.lookup(x, b);
        REQUIRE(a == b);
    }
}

auto two_levels() {
    const auto rows = [](std::size_t n, double density, std::uint64_t seed) { return sparse_table(n, 6, density, seed); };
    const auto inner = pleach::compose<pleach::sum>(40, pleach::part{"A", rows(10, 1, 1), pleach::remainder_map(10)},
                                                    pleach::part{"B", rows(5, 0.5, 2), pleach::quotient_map(5, 8)},
                                                    pleach::part{"C", rows(7, 0.1, 3), pleach::digit_map(7, 1)});
    return pleach::compose<pleach::hadamard>(
        200, pleach::part{"in", inner, pleach::split_map(100, pleach::remainder_map(20), pleach::remainder_map(20))},
        pleach::part{"own", rows(200, 1, 3), pleach::permuted_map(pleach::identity_map(200), 200, 7)},
        pleach::part{"by_chance", rows(30, 1, 4), pleach::split_map(pleach::hashed_map(30, 9))});
}

std::error_code opened_with(const std::string& key, const std::string& word) {
    frozen::image image = pleach::freeze_parts(two_levels(), best{});
    image.describe(key, word);
    frozen::defect wrong;
    const bool found = frozen::view<frozen::nested_rows>(image.content(), wrong).has_value();
    REQUIRE(found == !wrong);
    return wrong.code;
}

}  // namespace

TEST_CASE("whatever is composed, rows read without its type are the rows that were frozen, bit for bit") {
    const pleach::random_stream stream(3);
    const pleach::normal first;
    require_same_rows(sparse_table(70, 12, 0.2));
    require_same_rows(two_levels());
    require_same_rows(pleach::make_qr<float>({.entities = 100, .buckets = 20, .dim = 12}, first, stream));
    require_same_rows(pleach::make_double_hashed<float>({.entities = 100, .buckets = 20, .dim = 12}, first, stream));
    require_same_rows(pleach::compose<pleach::concat>(50, pleach::part{"P", sparse_table(50, 3, 1), pleach::identity_map(50)},
                                                      pleach::part{"Q", sparse_table(9, 5, 1), pleach::remainder_map(9)}));
    const auto cerp = pleach::make_cerp<float>({.entities = 100, .buckets = 20, .dim = 12, .first_slot = -3.0F}, first, stream);
    require_same_rows(pleach::draw_ticket(cerp, cerp));
    const auto coarse =
        pleach::make_legcf<float>(random_assignment<float>(100, 20, 2), 12, pleach::normal{.deviation = 1}, stream);
    require_same_rows(coarse);
    require_same_rows(pleach::make_c2f<float>(coarse,
                                              pleach::dense_table<float>(6, 12, pleach::normal{.deviation = 1.5}, stream),
                                              random_assignment<float>(20, 6, 3), {.threshold = 1.0F, .share = 0.2F}));
}

TEST_CASE("parts are frozen each in a format of its own, under the names that files of one format have") {
    const auto table = two_levels();
    const frozen::image image = pleach::freeze_parts(table, [](const auto& rows) {
        return rows.size() < 8 ? pleach::freeze<frozen::csr_rows<>>(rows) : pleach::freeze<frozen::dense_rows<>>(rows);
    });
    REQUIRE(image.content().value("pleach.frozen") == "1");
    REQUIRE(image.content().value("in.pleach.frozen").empty());
    REQUIRE(image.content().value("in.A.kind") == "dense_rows<f32>");
    REQUIRE(image.content().value("in.C.kind") == "columns8_rows<f32>");
    const auto same = pleach::freeze<frozen::form_of<frozen::dense_rows<>, std::remove_cv_t<decltype(table)>>>(table);
    for (const auto& [key, word] : same.content().metadata())
        if (!key.ends_with("kind") && !key.ends_with("stride")) REQUIRE(image.content().value(key) == word);
}

TEST_CASE("nested rows rank as the table that they were") {
    const auto table = two_levels();
    const auto rows = nested(table);
    pleach::matrix<float> queries(3, 6);
    for (std::size_t q = 0; q < 3; ++q) table.lookup(static_cast<std::uint32_t>(7 * q), queries.row(q));
    std::vector<std::vector<pleach::scored<float>>> a(3), b(3);
    pleach::top_k(table, std::as_const(queries).view(), 9,
                  [&](std::size_t q, auto list) { a[q].assign(list.begin(), list.end()); });
    pleach::top_k(rows, std::as_const(queries).view(), 9,
                  [&](std::size_t q, auto list) { b[q].assign(list.begin(), list.end()); });
    REQUIRE(a == b);
}

TEST_CASE("words that name no composition are refused") {
    using pleach::frozen_errc;
    REQUIRE(!opened_with("kind", "composed<hadamard>"));
    REQUIRE(opened_with("kind", "composed<mean>") == frozen_errc::unknown_kind);
    REQUIRE(opened_with("in.B.kind", "composed") == frozen_errc::unknown_kind);
    REQUIRE(opened_with("kind", "composed<concat>") == frozen_errc::bad_metadata);  // of another width
    REQUIRE(opened_with("parts", "") == frozen_errc::bad_metadata);
    REQUIRE(opened_with("parts", "in,own,own") == frozen_errc::bad_metadata);
    REQUIRE(opened_with("parts", "in,own,in.A") == frozen_errc::bad_metadata);
    REQUIRE(opened_with("parts", "in,own,nothing") == frozen_errc::unknown_kind);
    REQUIRE(opened_with("in.parts", "A,B,") == frozen_errc::bad_metadata);
    REQUIRE(opened_with("entities", "201") == frozen_errc::bad_map);
    REQUIRE(opened_with("in.entities", "39") == frozen_errc::bad_map);
    REQUIRE(opened_with("in.dim", "7") == frozen_errc::bad_metadata);
    for (const char* map :
         {"", "remainder", "remainder 0", "remainder 11", "remainder x", "modulo 10", "identity 10", "split 20 remainder 5",
          "split 20 remainder 5 remainder 6", "permuted 39 1 remainder 10", "digit 2 65"})
        REQUIRE(opened_with("in.A.map", map) == frozen_errc::bad_map);
    for (const char* map :
         {"remainder 10", "all remainder 9", "split 20 remainder 5 quotient 5 4", "permuted 40 1 remainder 10"})
        REQUIRE(!opened_with("in.A.map", map));
    std::string deep = "remainder 10";
    for (int i = 0; i < 15; ++i) deep = "all " + deep;
    REQUIRE(!opened_with("in.A.map", deep));
    for (int i = 0; i < 100'000; ++i) deep = "all " + deep;
    REQUIRE(opened_with("in.A.map", deep) == frozen_errc::bad_map);
}

TEST_CASE("tables that are nested without end are refused") {
    frozen::image image;
    std::string prefix;
    for (int depth = 0; depth < 3000; ++depth) {
        image.describe(prefix + "kind", "activated<tanh>");
        image.describe(prefix + "entities", "1");
        image.describe(prefix + "dim", "1");
        prefix += "base.";
    }
    frozen::defect wrong;
    REQUIRE(!frozen::view<frozen::nested_rows>(image.content(), wrong));
    REQUIRE(wrong.code == pleach::frozen_errc::bad_metadata);
}

}  // namespace nested_rows_test
