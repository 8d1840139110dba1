// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Batches that every rank has: each computes with all rows of the batch and steps those that are its own. No ids and no
/// gradients travel, and each row travels once to every other rank; the work between gather and step is not divided. So any
/// loss gives the bits of one process, including those that compare all rows of a batch with each other.

#include <pleach/interop/mpi/sharded.hpp>

#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

// FNV-1a over the bytes of values, to tell that ranks were given different ones.
template <class T>
[[nodiscard]] std::uint64_t digest(std::span<const T> values) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::byte b : std::as_bytes(values)) hash = (hash ^ static_cast<std::uint64_t>(b)) * 0x100000001b3;
    return hash;
}

// Runs check() on all ranks, and refuses unless all have the same values.
template <class T, class Check>
void require_same(const char* verb, const char* what, const communicator& all, std::span<const T> values, Check&& check) {
    bool is_good = false;
    try {
        check();
        is_good = true;
    } catch (const std::exception&) {  // thrown again below, on all ranks
    }
    const std::uint64_t own = digest(values);
    std::uint64_t numbers[] = {is_good ? std::uint64_t{0} : std::uint64_t{1}, own, ~own};
    all.largest(verb, numbers);
    if (numbers[0] != 0) all.together(verb, check);
    if (numbers[1] != ~numbers[2])
        throw std::invalid_argument("pleach::" + std::string(verb) + ": ranks were given different " + what +
                                    "; give all of them the same");
}

}  // namespace detail

/// All rows on all ranks: out row i = row rows.local(i) of `own` on rank rows.owner(i). Of any values: weights, words of masks,
/// moments. Collective. *Throws* on all ranks std::invalid_argument unless own is rows.own() x columns on each and out is
/// rows.rows() x columns. *Complexity:* an all-gather of all rows, for which it needs memory for a second copy.
template <class T>
void gather_all_everywhere(const communicator& all, const row_shards& rows, matrix_view<const T> own, matrix_view<T> out) {
    constexpr const char* verb = "gather_all_everywhere";
    all.together(verb, [&] {
        detail::check_output(own, rows.own(), out.cols(), verb);
        detail::check_output(out, rows.rows(), own.cols(), verb);
    });
    std::vector<int> counts(all.size());
    for (std::size_t r = 0; r < all.size(); ++r) counts[r] = communicator::checked_count(verb, rows.of_rank(r));
    const matrix<T> given(own);
    matrix<T> got(rows.rows(), own.cols());
    all.all_gather<T>(verb, given.data(), got.data(), counts, own.cols());
    std::size_t next = 0;
    for (std::size_t r = 0; r < all.size(); ++r)
        for (std::size_t i = r; i < rows.rows(); i += all.size())
            detail::copy_values(std::as_const(got).row(next++), out.row(i));
}

/// The rows of a table's shards: out row j = row of ids[j]; `shard` is this rank's. All ranks give the same ids. Collective.
/// *Throws* on all ranks std::invalid_argument if ids differ or out is not ids x dim(), std::out_of_range for an id beyond the
/// table. *Complexity:* an all-reduce of three numbers and an all-gather of rows.
template <class Table>
void gather_everywhere(const communicator& all, const row_shards& rows, const Table& shard,
                       std::span<const typename Table::id_type> ids, matrix_view<typename Table::value_type> out,
                       executor_ref exec = {}) {
    using T = typename Table::value_type;
    using id_type = typename Table::id_type;
    detail::require_same("gather_everywhere", "ids", all, ids, [&] {
        detail::check_output(out, ids.size(), shard.dim(), "gather_everywhere");
        sharded_batch::check_range("gather_everywhere", rows, ids);
    });
    std::vector<int> counts(all.size(), 0);
    std::vector<id_type> own;
    for (const id_type id : ids) {
        ++counts[rows.owner(to_index(id))];
        if (rows.is_own(to_index(id))) own.push_back(static_cast<id_type>(rows.local(to_index(id))));
    }
    matrix<T> given(own.size(), shard.dim());
    gather(shard, std::span<const id_type>(own), given.view(), {.exec = exec, .ids = id_policy::trust});
    matrix<T> got(ids.size(), shard.dim());
    all.all_gather<T>("gather_everywhere", given.data(), got.data(), counts, shard.dim());
    std::vector<std::size_t> next(all.size(), 0);
    for (std::size_t r = 1; r < all.size(); ++r) next[r] = next[r - 1] + static_cast<std::size_t>(counts[r - 1]);
    for (std::size_t j = 0; j < ids.size(); ++j)
        detail::copy_values(std::span<const T>(got.row(next[rows.owner(to_index(ids[j]))]++)), out.row(j));
}
template <class Table>
void gather_everywhere(const sharded<Table>& table, std::span<const typename Table::id_type> ids,
                       matrix_view<typename Table::value_type> out, executor_ref exec = {}) {
    gather_everywhere(table.ranks(), table.rows(), table.shard(), ids, out, exec);
}

/// Adds upstream row j to the gradient of ids[j] if that row is this rank's. Nothing travels. *Throws* as
/// pleach::accumulate, on this rank alone.
template <class Table>
void accumulate_own(const row_shards& rows, const Table& shard, std::span<const typename Table::id_type> ids,
                    matrix_view<const typename Table::value_type> upstream, typename Table::gradient_type& gradient) {
    detail::check_output(upstream, ids.size(), shard.dim(), "accumulate_own");
    sharded_batch::check_range("accumulate_own", rows, ids);
    for (std::size_t j = 0; j < ids.size(); ++j)
        if (const std::size_t row = to_index(ids[j]); rows.is_own(row))
            shard.accumulate(static_cast<typename Table::id_type>(rows.local(row)), upstream.row(j), gradient);
}
template <class Table>
void accumulate_own(const sharded<Table>& table, std::span<const typename Table::id_type> ids,
                    matrix_view<const typename Table::value_type> upstream, typename Table::gradient_type& gradient) {
    accumulate_own(table.rows(), table.shard(), ids, upstream, gradient);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
