// SPDX-License-Identifier: Apache-2.0

#include "contract/properties/draws.hpp"

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/grow.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/prune/row_magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/packed.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/top_k.hpp>

#include <numeric>

namespace sparse_properties {

using namespace properties;
using masked_rows = pleach::masked<pleach::dense_table<float>>;

namespace {

masked_rows drawn_table(draws& drawn) {
    const std::size_t rows = drawn.number(1, 9), columns = drawn.number(1, 70);
    return {drawn.table(rows, columns), drawn.mask(rows, columns)};
}

bool is_within(const pleach::bit_mask& inner, pleach::bit_mask outer) { return (outer &= inner) == inner; }

pleach::scope drawn_scope(draws& drawn, std::size_t rows) {
    switch (drawn.number(0, 2)) {
        case 0:
            return pleach::scope::table();
        case 1:
            return pleach::scope::row();
        default:
            return rows < 2 ? pleach::scope::table() : pleach::scope::row_groups({drawn.number(1, rows - 1)});
    }
}

/// floor(fraction * live entries) of each scope.
std::size_t expected_cut(const pleach::bit_mask& mask, const pleach::scope& where, double fraction) {
    std::size_t sum = 0;
    for (const auto range : where.ranges(mask.rows())) {
        std::size_t live = 0;
        for (std::size_t r = range.first; r < range.last; ++r) live += mask.count_row(r);
        sum += static_cast<std::size_t>(fraction * static_cast<double>(live));
    }
    return sum;
}

}  // namespace

TEST_CASE("property: magnitude pruning removes the exact number, within the old mask, and no larger value than it keeps") {
    for_all([](draws& drawn) {
        masked_rows table = drawn_table(drawn);
        const masked_rows before = table;
        const double fraction = drawn.real(0, 1);
        const std::size_t cut = pleach::prune(table, pleach::magnitude{.fraction = fraction});
        REQUIRE(cut == expected_cut(before.mask(), pleach::scope::table(), fraction));
        REQUIRE(table.mask().count() + cut == before.mask().count());
        REQUIRE(is_within(table.mask(), before.mask()));
        float largest_cut = 0, smallest_kept = HUGE_VALF;
        for (std::size_t r = 0; r < table.size(); ++r)
            for (std::size_t c = 0; c < table.dim(); ++c) {
                const float x = std::abs(looked_up(before, r)[c]);
                if (table.mask().test(r, c)) smallest_kept = std::min(smallest_kept, x);
                if (before.mask().test(r, c) && !table.mask().test(r, c)) largest_cut = std::max(largest_cut, x);
            }
        REQUIRE(largest_cut <= smallest_kept);
    });
}

TEST_CASE("property: random pruning removes the exact number from each scope") {
    for_all([](draws& drawn) {
        masked_rows table = drawn_table(drawn);
        const pleach::bit_mask before = table.mask();
        const pleach::scope where = drawn_scope(drawn, table.size());
        const double fraction = drawn.real(0, 1);
        const std::size_t cut =
            pleach::prune(table, pleach::random_entries{.fraction = fraction, .stream = drawn.stream(), .where = where});
        REQUIRE(cut == expected_cut(before, where, fraction));
        REQUIRE(before.count() - table.mask().count() == cut);
        REQUIRE(is_within(table.mask(), before));
    });
}

TEST_CASE("property: a row floor is kept wherever a row had as many values") {
    for_all([](draws& drawn) {
        masked_rows table = drawn_table(drawn);
        const pleach::bit_mask before = table.mask();
        const std::size_t floor = drawn.number(0, 5);
        std::size_t removable = 0;
        for (std::size_t r = 0; r < table.size(); ++r) removable += before.count_row(r) - std::min(floor, before.count_row(r));
        if (removable == 0) return;
        const double fraction = drawn.real(0, 1) * static_cast<double>(removable) / static_cast<double>(before.count());
        static_cast<void>(pleach::prune(table, pleach::magnitude{.fraction = fraction, .row_floor = floor}));
        for (std::size_t r = 0; r < table.size(); ++r)
            REQUIRE(table.mask().count_row(r) >= std::min(floor, before.count_row(r)));
    });
}

TEST_CASE("property: pruning of rows removes the exact number of whole rows, and no longer one than it keeps") {
    for_all([](draws& drawn) {
        masked_rows table = drawn_table(drawn);
        const masked_rows before = table;
        const double fraction = drawn.real(0, 1);
        static_cast<void>(pleach::prune(table, pleach::row_magnitude{.fraction = fraction}));
        const std::size_t live = pleach::count_live_rows(before.mask());
        REQUIRE(live - pleach::count_live_rows(table.mask()) == static_cast<std::size_t>(fraction * static_cast<double>(live)));
        double longest_cut = 0, shortest_kept = HUGE_VAL;
        for (std::size_t r = 0; r < table.size(); ++r) {
            double square = 0;
            for (const float x : looked_up(before, r)) square += static_cast<double>(x) * static_cast<double>(x);
            const std::size_t left = table.mask().count_row(r), had = before.mask().count_row(r);
            REQUIRE((left == 0 || left == had));
            if (had > 0)
                (left > 0 ? shortest_kept : longest_cut) =
                    left > 0 ? std::min(shortest_kept, square) : std::max(longest_cut, square);
        }
        REQUIRE(longest_cut <= shortest_kept);
    });
}

TEST_CASE("property: packed tables have the rows of masked ones, and unpacking returns these") {
    for_all([](draws& drawn) {
        const masked_rows table = drawn_table(drawn);
        const auto packed = pleach::pack(table);
        REQUIRE(same_rows(packed, table));
        REQUIRE(pleach::unpack(packed) == table);
    });
}

TEST_CASE("property: rewinding gives first values where entries live, and zeros elsewhere") {
    for_all([](draws& drawn) {
        masked_rows table = drawn_table(drawn);
        const auto first = drawn.table(table.size(), table.dim());
        pleach::rewind(table, first);
        for (std::size_t r = 0; r < table.size(); ++r)
            for (std::size_t c = 0; c < table.dim(); ++c)
                REQUIRE(looked_up(table, r)[c] == (table.mask().test(r, c) ? looked_up(first, r)[c] : 0));
    });
}

TEST_CASE("property: steps move live entries only, and packed tables step to the same bits") {
    for_all([](draws& drawn) {
        masked_rows table = drawn_table(drawn);
        auto packed = pleach::pack(table);
        pleach::optimizer of_masked(table, pleach::adam{.learning_rate = 0.01});
        pleach::optimizer of_packed(packed, pleach::adam{.learning_rate = 0.01});
        auto gradient = table.make_gradient();
        auto of_live = packed.make_gradient();
        for (std::size_t step = 0; step < 3; ++step) {
            for (const std::uint32_t id : drawn.ids(4, table.size())) {
                const std::vector<float> upstream = drawn.row(table.dim());
                table.accumulate(id, upstream, gradient);
                packed.accumulate(id, upstream, of_live);
            }
            of_masked.step(table, gradient);
            of_packed.step(packed, of_live);
        }
        REQUIRE(same_rows(table, packed));
        for (std::size_t r = 0; r < table.size(); ++r)
            for (std::size_t c = 0; c < table.dim(); ++c)
                if (!table.mask().test(r, c)) REQUIRE(looked_up(table, r)[c] == 0);
    });
}

TEST_CASE("property: swaps keep the number of live entries, and what lived on keeps its value") {
    for_all([](draws& drawn) {
        masked_rows table = drawn_table(drawn);
        const masked_rows before = table;
        pleach::optimizer steps(table, pleach::adam{});
        const std::size_t live = table.mask().count(), dead = table.size() * table.dim() - live;
        if (live == 0) return;
        const double share = drawn.real(0, 1) * static_cast<double>(std::min(live, dead)) / static_cast<double>(live);
        static_cast<void>(
            pleach::regrow(table, steps, pleach::magnitude{.fraction = share}, pleach::random_growth{drawn.stream()}));
        REQUIRE(table.mask().count() == live);
        const pleach::bit_mask kept = pleach::magnitude{.fraction = share}.remaining(before);
        for (std::size_t r = 0; r < table.size(); ++r)
            for (std::size_t c = 0; c < table.dim(); ++c)
                REQUIRE(looked_up(table, r)[c] == (kept.test(r, c) ? looked_up(before, r)[c] : 0));
    });
}

TEST_CASE("property: a footprint counts what is not zero") {
    for_all([](draws& drawn) {
        const masked_rows table = drawn_table(drawn);
        std::size_t nonzero = 0;
        for (std::size_t r = 0; r < table.size(); ++r)
            nonzero += table.dim() - static_cast<std::size_t>(std::ranges::count(looked_up(table, r), 0.0F));
        REQUIRE(pleach::footprint(table).nonzero == nonzero);
    });
}

TEST_CASE("property: bits are counted by rows and in all, and an intersection lies within both") {
    for_all([](draws& drawn) {
        const std::size_t rows = drawn.number(1, 9), columns = drawn.number(1, 200);
        const pleach::bit_mask a = drawn.mask(rows, columns), b = drawn.mask(rows, columns);
        pleach::bit_mask both = a;
        both &= b;
        std::size_t sum = 0;
        for (std::size_t r = 0; r < rows; ++r) {
            sum += a.count_row(r);
            for (std::size_t c = 0; c < columns; ++c) REQUIRE(both.test(r, c) == (a.test(r, c) && b.test(r, c)));
        }
        REQUIRE(a.count() == sum);
    });
}

TEST_CASE("property: the k best are the first of all by score, then id, without what is left out") {
    for_all([](draws& drawn) {
        const auto table = drawn.table(drawn.number(1, 40), drawn.number(1, 20));
        pleach::matrix<float> query(1, table.dim());
        std::ranges::copy(drawn.row(table.dim()), query.row(0).begin());
        std::vector<std::uint32_t> out = drawn.ids(drawn.number(0, 5), table.size());
        std::ranges::sort(out);
        const std::size_t k = drawn.number(1, 50);
        std::vector<float> scores(table.size());
        pleach::score(table, std::as_const(query).row(0), std::span(scores));
        std::vector<std::uint32_t> expected(table.size());
        std::iota(expected.begin(), expected.end(), 0U);
        std::erase_if(expected, [&](std::uint32_t id) { return std::ranges::binary_search(out, id); });
        std::ranges::stable_sort(expected, std::greater(), [&](std::uint32_t id) { return scores[id]; });
        if (expected.size() > k) expected.resize(k);
        std::vector<std::uint32_t> found;
        pleach::top_k(table, std::as_const(query).view(), k,
                      [&](std::size_t, auto best) {
                          for (const auto& one : best) found.push_back(static_cast<std::uint32_t>(one.id));
                      },
                      {.excluded = [&](std::size_t) { return std::span<const std::uint32_t>(out); }});
        REQUIRE(found == expected);
    });
}

TEST_CASE("property: bags are the sums of their rows, whatever ids repeat") {
    for_all([](draws& drawn) {
        const auto table = drawn.table(drawn.number(1, 20), drawn.number(1, 40));
        const std::size_t bags = drawn.number(1, 4);
        std::vector<std::size_t> offsets{0};
        for (std::size_t b = 0; b < bags; ++b) offsets.push_back(offsets.back() + drawn.number(0, 6));
        const std::vector<std::uint32_t> ids = drawn.ids(offsets.back(), table.size());
        pleach::matrix<float> sums(bags, table.dim());
        pleach::gather_sum(table, std::span<const std::uint32_t>(ids), offsets, sums.view());
        for (std::size_t b = 0; b < bags; ++b)
            for (std::size_t c = 0; c < table.dim(); ++c) {
                double sum = 0, size = 0;
                for (std::size_t i = offsets[b]; i < offsets[b + 1]; ++i) {
                    sum += static_cast<double>(looked_up(table, ids[i])[c]);
                    size += std::abs(static_cast<double>(looked_up(table, ids[i])[c]));
                }
                REQUIRE(std::abs(static_cast<double>(sums.row(b)[c]) - sum) <= 1e-5 * size);
            }
    });
}

}  // namespace sparse_properties
