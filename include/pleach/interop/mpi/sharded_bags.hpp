// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bags over the rows of all ranks: sums, weighted sums and means, as in table/bags.hpp. Rows travel to the rank that asked and
/// are added there in the order of its ids, with the kernel and the bits of stored rows; each row travels once.

#include <pleach/interop/mpi/sharded.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/borrowed_table.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

// Calls use(table of the fetched rows, ids 0, 1, ...).
template <class Table, class Check, class Use>
void with_fetched(const char* verb, const sharded<Table>& table, std::span<const typename Table::id_type> ids, Check&& check,
                  Use&& use) {
    const sharded_batch batch(verb, table.ranks(), table.rows(), ids, check);
    matrix<typename Table::value_type> rows(ids.size(), table.dim());
    gather_exchanged(table, batch, rows.view());
    std::vector<std::uint32_t> positions(ids.size());
    for (std::size_t j = 0; j < positions.size(); ++j) positions[j] = static_cast<std::uint32_t>(j);
    use(borrowed_table<typename Table::value_type>(rows.view()), std::span<const std::uint32_t>(positions));
}

template <class Table, class Use>
void bags_over_ranks(const char* verb, const sharded<Table>& table, std::span<const typename Table::id_type> ids,
                     std::span<const std::size_t> offsets, std::size_t weights, matrix_view<typename Table::value_type> out,
                     Use&& use) {
    const auto check = [&] {
        if (weights != ids.size())
            throw std::invalid_argument("pleach::" + std::string(verb) + ": there are " + std::to_string(ids.size()) +
                                        " ids, but " + std::to_string(weights) + " weights; each id needs one");
        check_offsets(offsets, ids.size(), verb);
        check_output(out, offsets.size() - 1, table.dim(), verb);
    };
    with_fetched(verb, table, ids, check, use);
}

}  // namespace detail

/// out row b = the sum of this rank's bag b. Collective; ranks may have different numbers of bags. *Throws* as
/// pleach::gather_sum, on all ranks.
template <class Table>
void gather_sum(const sharded<Table>& table, std::span<const typename Table::id_type> ids, std::span<const std::size_t> offsets,
                matrix_view<typename Table::value_type> out) {
    detail::bags_over_ranks("gather_sum", table, ids, offsets, ids.size(), out,
                            [&](const auto& rows, auto positions) { gather_sum(rows, positions, offsets, out); });
}

/// The same, with a weight for each id.
template <class Table>
void gather_weighted_sum(const sharded<Table>& table, std::span<const typename Table::id_type> ids,
                         std::span<const typename Table::value_type> weights, std::span<const std::size_t> offsets,
                         matrix_view<typename Table::value_type> out) {
    detail::bags_over_ranks(
        "gather_weighted_sum", table, ids, offsets, weights.size(), out,
        [&](const auto& rows, auto positions) { gather_weighted_sum(rows, positions, weights, offsets, out); });
}

/// The mean of each bag, zero if it is empty.
template <class Table>
void gather_mean(const sharded<Table>& table, std::span<const typename Table::id_type> ids,
                 std::span<const std::size_t> offsets, matrix_view<typename Table::value_type> out) {
    detail::bags_over_ranks("gather_mean", table, ids, offsets, ids.size(), out,
                            [&](const auto& rows, auto positions) { gather_mean(rows, positions, offsets, out); });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
