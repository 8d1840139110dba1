// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pruning over all ranks: exactly as many entries as on one process, and the same ones. The cut is found byte by byte, as in
/// kernel/select_magnitude.hpp, with the counts of all ranks added; of equal entries those of lower rows and then columns go, and
/// the row up to which they do is found in the same way. Each rank sends 256 counts per byte, whatever the number of entries.

#include <pleach/interop/mpi/sharded.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/random.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

// The k-th smallest key of all ranks, and how many keys equal to it are among the k smallest.
struct key_cut {
    std::uint64_t key = 0;
    std::uint64_t ties = 0;
};

// Of keys below 256^bytes. *Precondition:* 0 < k <= keys of all ranks.
inline key_cut cut_over_ranks(const char* verb, const communicator& all, std::span<const std::uint64_t> keys, std::uint64_t k,
                              int bytes) {
    key_cut cut{0, k};
    for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8) {
        const std::uint64_t higher = shift == 56 ? 0 : ~std::uint64_t{0} << (shift + 8);
        std::uint64_t counts[256] = {};
        for (const std::uint64_t key : keys)
            if ((key & higher) == cut.key) ++counts[key >> shift & 0xFF];
        all.sum(verb, counts);
        std::size_t byte = 0;
        for (; cut.ties > counts[byte]; ++byte) cut.ties -= counts[byte];
        cut.key |= std::uint64_t{byte} << shift;
    }
    return cut;
}

// Clears in `mask` the `count` entries of a range with the smallest keys, among the candidates of all ranks.
// `for_each(visit)` calls visit(local row, column, key) for each candidate of this rank, in their order.
template <class ForEach>
void remove_smallest(const char* verb, const communicator& all, const row_shards& rows, std::uint64_t count, int key_bytes,
                     bit_mask& mask, ForEach&& for_each) {
    if (count == 0) return;
    std::vector<std::uint64_t> keys, tied_rows;
    for_each([&](std::size_t, std::size_t, std::uint64_t key) { keys.push_back(key); });
    const key_cut cut = cut_over_ranks(verb, all, keys, count, key_bytes);
    for_each([&](std::size_t r, std::size_t, std::uint64_t key) {
        if (key == cut.key) tied_rows.push_back(rows.global(r));
    });
    int row_bytes = 1;
    while (row_bytes < 8 && rows.rows() >> (8 * row_bytes) != 0) ++row_bytes;
    key_cut last = cut_over_ranks(verb, all, tied_rows, cut.ties, row_bytes);
    for_each([&](std::size_t r, std::size_t c, std::uint64_t key) {
        if (key > cut.key) return;
        if (key == cut.key) {
            if (rows.global(r) > last.key || (rows.global(r) == last.key && last.ties == 0)) return;
            if (rows.global(r) == last.key) --last.ties;
        }
        mask.reset(r, c);
    });
}

[[nodiscard]] inline std::uint64_t sum_over_ranks(const char* verb, const communicator& all, std::uint64_t number) {
    all.sum(verb, std::span(&number, 1));
    return number;
}

// What a rule leaves of this rank's rows: `choose(own rows of the range, live entries of all ranks, mask)` for each range.
template <class Table, class Choose>
bit_mask remaining_over_ranks(const char* verb, const communicator& all, const row_shards& rows, const Table& shard,
                              const scope& where, Choose&& choose) {
    bit_mask remaining = shard.mask();
    std::vector<row_range> ranges;
    all.together(verb, [&] { ranges = where.ranges(rows.rows()); });
    for (const row_range range : ranges) {
        const row_range own = rows.own_of(range);
        std::uint64_t live = 0;
        for (std::size_t r = own.first; r < own.last; ++r) live += remaining.count_row(r);
        choose(own, sum_over_ranks(verb, all, live), remaining);
    }
    return remaining;
}

template <class Table>
std::size_t keep_over_ranks(const char* verb, const communicator& all, Table& shard, const bit_mask& remaining) {
    return static_cast<std::size_t>(sum_over_ranks(verb, all, keep_remaining(shard, remaining)));
}

}  // namespace detail

/// Removes the smallest entries of a table whose shards these are, and returns how many on all ranks. Collective; all ranks give
/// the same rule. *Throws* as the rule does, on all ranks, and the table is then unchanged.
template <prunable_table Table>
std::size_t prune(const communicator& all, const row_shards& rows, Table& shard, const magnitude& rule) {
    using T = typename Table::value_type;
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr const char* verb = "magnitude";
    all.together(verb, [&] {
        detail::row_reader read(shard);
        for (std::size_t r = 0; r < shard.size(); ++r)
            for (const T x : read(r))
                if (!(x == x)) detail::refuse_nan(verb, rows.global(r));
    });
    if (rule.where.is_per_row()) {
        bit_mask remaining;
        all.together(verb, [&] { remaining = rule.remaining(shard); });
        return detail::keep_over_ranks(verb, all, shard, remaining);
    }
    const auto choose = [&](row_range own, std::uint64_t live, bit_mask& mask) {
        const std::size_t count = detail::fraction_of(rule.fraction, static_cast<std::size_t>(live), verb);
        if (count == 0) return;
        const bit_mask candidates = rule.row_floor == 0 ? mask : detail::without_floor(shard, own, mask, rule.row_floor);
        std::uint64_t removable = 0;
        for (std::size_t r = own.first; r < own.last; ++r) removable += candidates.count_row(r);
        removable = detail::sum_over_ranks(verb, all, removable);
        if (removable < count)
            detail::refuse_floor(count, static_cast<std::size_t>(live), rule.row_floor, static_cast<std::size_t>(removable));
        detail::remove_smallest(verb, all, rows, count, sizeof(word), mask, [&](auto&& visit) {
            detail::for_each_live_value(shard, own, candidates, [&](std::size_t r, std::size_t c, T x) {
                visit(r, c, std::uint64_t{std::bit_cast<word>(std::abs(x))});
            });
        });
    };
    return detail::keep_over_ranks(verb, all, shard, detail::remaining_over_ranks(verb, all, rows, shard, rule.where, choose));
}

/// The same for a random choice.
template <prunable_table Table>
std::size_t prune(const communicator& all, const row_shards& rows, Table& shard, const random_entries& rule) {
    constexpr const char* verb = "random_entries";
    const auto for_each = [&](row_range own, const bit_mask& live, auto&& visit) {
        for (std::size_t r = own.first; r < own.last; ++r)
            for (std::size_t c = 0; c < live.cols(); ++c)
                if (live.test(r, c)) visit(r, c, rule.stream.bits(rows.global(r), c));
    };
    if (rule.where.is_per_row()) {
        bit_mask remaining = shard.mask();
        all.together(verb, [&] {
            for (std::size_t r = 0; r < shard.size(); ++r) {
                const std::size_t count = detail::fraction_of(rule.fraction, remaining.count_row(r), verb);
                const bit_mask live = remaining;
                std::vector<std::uint64_t> keys;
                for_each({r, r + 1}, live, [&](std::size_t, std::size_t, std::uint64_t key) { keys.push_back(key); });
                auto cut = cut_smallest(std::span(keys), count);
                for_each({r, r + 1}, live, [&](std::size_t, std::size_t c, std::uint64_t key) {
                    if (cut.takes(key)) remaining.reset(r, c);
                });
            }
        });
        return detail::keep_over_ranks(verb, all, shard, remaining);
    }
    const auto choose = [&](row_range own, std::uint64_t live, bit_mask& mask) {
        const std::size_t count = detail::fraction_of(rule.fraction, static_cast<std::size_t>(live), verb);
        const bit_mask candidates = mask;
        detail::remove_smallest(verb, all, rows, count, 8, mask, [&](auto&& visit) { for_each(own, candidates, visit); });
    };
    return detail::keep_over_ranks(verb, all, shard, detail::remaining_over_ranks(verb, all, rows, shard, rule.where, choose));
}

template <class Table, class Rule>
std::size_t prune(sharded<Table>& table, const Rule& rule) {
    return prune(table.ranks(), table.rows(), table.shard(), rule);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
