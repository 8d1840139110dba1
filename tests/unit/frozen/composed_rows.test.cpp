// SPDX-License-Identifier: Apache-2.0

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/top_k.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

template <class Format, class Table>
void require_same_rows(const Table& table) {
    const auto rows = frozen_as<frozen::form_of<Format, Table>>(table);
    REQUIRE(rows.size() == table.size());
    std::vector<float> a(table.dim()), b(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        rows.lookup(x, a);
        table.lookup(x, b);
        REQUIRE(a == b);
    }
}

}  // namespace

TEST_CASE("a composed table freezes part by part") {
    const pleach::random_stream stream(3);
    require_same_rows<frozen::dense_rows<>>(
        pleach::make_qr<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    require_same_rows<frozen::csr_rows<>>(
        pleach::make_hashed<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    require_same_rows<frozen::dense_rows<>>(
        pleach::make_double_hashed<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    const auto cerp =
        pleach::make_cerp<float>({.entities = 100, .buckets = 20, .dim = 12, .first_slot = -3.0F}, pleach::normal{}, stream);
    require_same_rows<frozen::bitmap_rows<>>(pleach::draw_ticket(cerp, cerp));
}

TEST_CASE("compositions within compositions keep their names and maps") {
    const auto rows = [](std::size_t n, std::uint64_t seed) { return sparse_table(n, 6, 0.5, seed); };
    const auto inner = pleach::compose<pleach::sum>(40, pleach::part{"A", rows(10, 1), pleach::remainder_map(10)},
                                                    pleach::part{"B", rows(5, 2), pleach::quotient_map(5, 8)});
    const auto outer = pleach::compose<pleach::hadamard>(
        200, pleach::part{"in", inner, pleach::split_map(100, pleach::remainder_map(20), pleach::remainder_map(20))},
        pleach::part{"own", rows(200, 3), pleach::permuted_map(pleach::identity_map(200), 200, 7)});
    require_same_rows<frozen::bitmap_records<>>(outer);
    const auto image = pleach::freeze<frozen::form_of<frozen::dense_rows<>, std::remove_cv_t<decltype(outer)>>>(outer);
    REQUIRE(image.content().value("in.A.map") == "remainder 10");
    REQUIRE(image.content().value("in.map") == "split 100 remainder 20 remainder 20");
    REQUIRE(image.content().value("own.map") == "permuted 200 7 identity 200");
    REQUIRE(image.content().find<std::byte>("in.B.records").has_value());
}

TEST_CASE("exact ranking works through frozen parts") {
    const auto table = pleach::compose<pleach::sum>(
        300, pleach::part{"P", sparse_table(20, 9, 0.4), pleach::quotient_map::for_entities(300, 20)},
        pleach::part{"Q", sparse_table(15, 9, 0.4, 2), pleach::remainder_map(15)});
    const auto rows = frozen_as<frozen::form_of<frozen::bitmap_rows<>, std::remove_cv_t<decltype(table)>>>(table);
    pleach::matrix<float> queries(5, 9);
    for (std::size_t q = 0; q < 5; ++q) pleach::detail::copy_values(random_row<float>(9, q), queries.row(q));
    std::vector<std::vector<pleach::scored<float>>> a, b;
    const auto into = [](auto& lists) {
        return
            [&lists](std::size_t, std::span<const pleach::scored<float>> one) { lists.emplace_back(one.begin(), one.end()); };
    };
    pleach::top_k(rows, std::as_const(queries).view(), 7, into(a));
    pleach::top_k(table, std::as_const(queries).view(), 7, into(b));
    REQUIRE(a == b);
}

TEST_CASE("words that are no map of the type are refused") {
    using frozen::from_metadata;
    REQUIRE(from_metadata<pleach::remainder_map>("remainder 5")->rows() == 5);
    REQUIRE(from_metadata<pleach::hashed_map>(frozen::to_metadata(pleach::hashed_map(9, 77)))->operator()(1234) ==
            pleach::hashed_map(9, 77)(1234));
    REQUIRE(from_metadata<pleach::digit_map>("digit 10 2")->operator()(987) == 9);
    for (const char* words : {"", "remainder", "remainder 0", "remainder -1", "remainder 5 5", "remainder 99999999999999999999",
                              "remainder5", "quotient 5", "identity 5"})
        REQUIRE(!from_metadata<pleach::remainder_map>(words));
    REQUIRE(!from_metadata<pleach::digit_map>("digit 10 65"));
    REQUIRE(!from_metadata<pleach::permuted_map<pleach::identity_map>>("permuted 0 1 identity 5"));
    REQUIRE(!from_metadata<pleach::split_map<pleach::identity_map>>("split 5 identity 5"));
}

TEST_CASE("an image with a map beyond its part, parts of different widths or wrong words is refused") {
    using table_type = pleach::composed<pleach::sum, std::uint32_t, pleach::part<frozen::dense_rows<>, pleach::quotient_map>,
                                        pleach::part<frozen::dense_rows<>, pleach::remainder_map>>;
    const auto table = pleach::make_qr<float, pleach::sum>({.entities = 100, .buckets = 20, .dim = 4}, pleach::normal{},
                                                           pleach::random_stream(1));
    const auto refused = [&](const char* key, const char* word, const char* entities = "100") {
        frozen::image image = pleach::freeze<table_type>(table);
        if (key != nullptr) image.describe(key, word);
        if (key == nullptr || std::string_view(key) != "entities") image.describe("entities", entities);
        frozen::defect wrong;
        static_cast<void>(frozen::view<table_type>(image.content(), wrong));
        return wrong.code;
    };
    REQUIRE(!refused(nullptr, ""));
    REQUIRE(!refused("Q.map", "quotient 20 5"));
    REQUIRE(refused("Q.map", "quotient 20 4") == pleach::frozen_errc::bad_map);
    REQUIRE(!refused("P.map", "remainder 19"));
    REQUIRE(refused("P.map", "remainder 21") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("P.map", "remainder 0") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("P.map", "quotient 20 5") == pleach::frozen_errc::bad_map);
    // A map of more rows than the part has, too few entities to reach them.
    REQUIRE(refused("P.map", "remainder 21", "3") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("entities", "101") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("entities", "1099511627776") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("dim", "5") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("Q.dim", "5") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("Q.dim", "3") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("kind", "composed<concat>") == pleach::frozen_errc::wrong_kind);
    REQUIRE(refused("P.kind", "dense_rows<f16>") == pleach::frozen_errc::wrong_kind);
    REQUIRE(refused("parts", "P") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("parts", "P,Q,R") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("parts", "P,P") == pleach::frozen_errc::bad_map);
}

TEST_CASE("borders that count beyond 64 bits are refused") {
    using map = pleach::split_map<pleach::remainder_map>;
    using table_type = pleach::composed<pleach::sum, std::uint32_t, pleach::part<frozen::dense_rows<>, map>>;
    const auto table = pleach::compose<pleach::sum>(
        10, pleach::part{"P", sparse_table(8, 4, 1), map(5, pleach::remainder_map(5), pleach::remainder_map(3))});
    frozen::image image = pleach::freeze<table_type>(table);
    frozen::defect wrong;
    REQUIRE(frozen::view<table_type>(image.content(), wrong));
    image.describe("P.map", "split 5 remainder 18446744073709551615 remainder 3");
    REQUIRE(!frozen::view<table_type>(image.content(), wrong));
    REQUIRE(wrong.code == pleach::frozen_errc::bad_map);
}
