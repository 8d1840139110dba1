// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/narrowed_ids.hpp>

#include <pleach/frozen/erased_table.hpp>
#include <pleach/table/bags.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace narrowed_ids_test {

namespace {

enum class item_id : std::uint32_t {};

/// Every number is an id of this table.
struct open_domain {
    using value_type = float;
    using id_type = std::uint32_t;
    [[nodiscard]] std::size_t dim() const noexcept { return 1; }
    void lookup(id_type id, std::span<float> out) const { out[0] = static_cast<float>(id); }
};

template <class Ids>
void check_refused(const Ids& ids, const std::string& expected) {
    const auto table = tests::normal_table<float>(10, 3);
    pleach::matrix<float> out(ids.size(), 3);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather(table, ids, out.view()), std::out_of_range, "pleach::gather: " + expected);
    const std::vector<std::size_t> offsets{0, ids.size()};
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather_sum(table, ids, offsets, out.view()), std::out_of_range,
                                 "pleach::gather_sum: " + expected);
}

}  // namespace

TEST_CASE("verbs take ids of every integer type, checked while they narrow") {
    const auto table = tests::normal_table<float>(10, 3);
    const std::vector<std::uint32_t> ids{7, 0, 9, 9};
    const std::vector<std::int64_t> wide(ids.begin(), ids.end());
    const std::vector<std::int32_t> has_sign(ids.begin(), ids.end());
    const std::vector<std::size_t> offsets{0, 1, 1, 4};
    const std::vector<float> weights{1, 2, 3, 4};
    pleach::matrix<float> a(4, 3), b(4, 3), c(3, 3), d(3, 3);
    const auto same = [](const auto& x, const auto& y) {
        for (std::size_t r = 0; r < x.rows(); ++r) REQUIRE(tests::same_bits(x.row(r), y.row(r)));
    };
    pleach::gather(table, ids, a.view());
    pleach::gather(table, wide, b.view());
    same(a, b);
    pleach::gather(table, std::span<const std::int32_t>(has_sign), b.view());
    same(a, b);
    pleach::gather_sum(table, ids, offsets, c.view());
    pleach::gather_sum(table, wide, offsets, d.view());
    same(c, d);
    pleach::gather_mean(table, ids, offsets, c.view());
    pleach::gather_mean(table, wide, offsets, d.view());
    same(c, d);
    pleach::gather_weighted_sum(table, ids, weights, offsets, c.view());
    pleach::gather_weighted_sum(table, wide, weights, offsets, d.view());
    same(c, d);
    auto one = table.make_gradient(), other = table.make_gradient();
    pleach::accumulate(table, ids, a.view(), one);
    pleach::accumulate(table, wide, a.view(), other);
    REQUIRE(tests::same_bits(one.find(9), other.find(9)));

    const pleach::any_frozen_table any(table, "dense");
    any.gather(wide, b.view());
    same(a, b);
    any.gather_weighted_sum(wide, weights, offsets, c.view());
    same(c, d);
    any.gather_sum(wide, offsets, c.view());
    pleach::gather_sum(table, ids, offsets, d.view());
    same(c, d);
    any.gather_mean(wide, offsets, c.view());
    pleach::gather_mean(table, ids, offsets, d.view());
    same(c, d);
}

TEST_CASE("an id that does not fit is refused by its own value, not by what it would wrap around to") {
    const std::string range = " is not in the table, whose ids are 0 to 10 - 1";
    check_refused(std::vector<std::int64_t>{1, -1}, "id -1 at position 1" + range);
    check_refused(std::vector<std::int64_t>{std::int64_t{1} << 32, 0}, "id 4294967296 at position 0" + range);
    check_refused(std::vector<std::int64_t>{0, 10}, "id 10 at position 1" + range);
    check_refused(std::vector<std::int32_t>{3, -4}, "id -4 at position 1" + range);
    check_refused(std::vector<std::uint64_t>{~std::uint64_t{0}}, "id 18446744073709551615 at position 0" + range);
    check_refused(std::vector<std::int8_t>{-128}, "id -128 at position 0" + range);
}

TEST_CASE("the id policy treats negative and huge ids as any other that the table does not have") {
    const auto table = tests::normal_table<float>(10, 3);
    const std::vector<std::int64_t> ids{2, -1, std::int64_t{1} << 33};
    pleach::matrix<float> out(3, 3);
    pleach::gather(table, ids, out.view(), {.exec = {}, .ids = pleach::id_policy::zero});
    REQUIRE(tests::same_bits(out.row(0), table.row(2)));
    REQUIRE(std::ranges::count(out.row(1), 0.0F) + std::ranges::count(out.row(2), 0.0F) == 6);
    pleach::gather(table, ids, out.view(), {.exec = {}, .ids = pleach::id_policy::clamp});
    REQUIRE(tests::same_bits(out.row(1), table.row(9)));
    REQUIRE(tests::same_bits(out.row(2), table.row(9)));
}

TEST_CASE("a table over an open domain takes every number that fits its ids") {
    pleach::matrix<float> out(1, 1);
    pleach::gather(open_domain{}, std::vector<std::int64_t>{77}, out.view());
    REQUIRE(out.row(0)[0] == 77);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather(open_domain{}, std::vector<std::int64_t>{-1}, out.view()), std::out_of_range,
                                 "id -1 at position 0 is not in the table, whose ids are 0 to 4294967295");
}

TEST_CASE("ids of a type of their own stay apart from numbers") {
    STATIC_REQUIRE(pleach::ids_of_other_type<std::vector<std::int64_t>, std::uint32_t>);
    STATIC_REQUIRE(!pleach::ids_of_other_type<std::vector<std::uint32_t>, std::uint32_t>);
    STATIC_REQUIRE(!pleach::ids_of_other_type<std::vector<float>, std::uint32_t>);
    STATIC_REQUIRE(!pleach::ids_of_other_type<std::vector<std::int64_t>, item_id>);
    STATIC_REQUIRE(!pleach::ids_of_other_type<std::vector<item_id>, std::uint32_t>);
}

}  // namespace narrowed_ids_test
