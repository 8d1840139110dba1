// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bags: sums, weighted sums and means of rows. Bag b is ids[offsets[b]] .. ids[offsets[b + 1] - 1]; offsets run from 0 to the
/// number of ids, and an empty bag gives a zero row. Rows are added in the order of the ids, in registers if the table supports
/// it; packed rows are never expanded in memory.

#include <pleach/kernel/add_scaled.hpp>
#include <pleach/kernel/sum_rows.hpp>
#include <pleach/table/batch.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

inline void check_offsets(std::span<const std::size_t> offsets, std::size_t ids, const char* verb) {
    if (offsets.empty() || offsets.front() != 0 || offsets.back() != ids)
        throw std::invalid_argument("pleach::" + std::string(verb) +
                                    ": offsets must begin with 0 and end with the number of ids, " + std::to_string(ids));
    for (std::size_t b = 1; b < offsets.size(); ++b)
        if (offsets[b] < offsets[b - 1])
            throw std::invalid_argument("pleach::" + std::string(verb) + ": offset " + std::to_string(b) + " is " +
                                        std::to_string(offsets[b]) + ", less than the one before, " +
                                        std::to_string(offsets[b - 1]));
}

inline constexpr std::size_t bags_per_task = 64;

// One bag, by the fastest way that the table offers. The `ahead` ids after it are those of the next bags, for prefetching.
template <class Table, class T, class Weights>
void sum_bag(const Table& table, std::span<const typename Table::id_type> ids, [[maybe_unused]] std::size_t ahead,
             std::span<T> out, Weights weights) {
    if constexpr (has_sum<Table, Weights>) {
        table.sum(ids.data(), ids.size(), ahead, out, weights);
    } else if constexpr (has_stored_rows<Table> && unsigned_number<typename Table::id_type>) {
        const matrix_view<const T> rows = table.rows();
        sum_rows(rows.data(), rows.stride(), ids.data(), ids.size(), ahead, out.data(), out.size(), weights);
    } else if constexpr (has_add_to<Table>) {
        fill_values(out, T{0});
        for (std::size_t j = 0; j < ids.size(); ++j) {
            prefetch_ahead<prefetch_distance>(table, ids.data(), j, ids.size());
            table.add_to(out, ids[j], weights.template at<T>(j));
        }
    } else {
        fill_values(out, T{0});
        matrix<T> one(1, out.size());
        for (std::size_t j = 0; j < ids.size(); ++j) {
            table.lookup(ids[j], one.row(0));
            add_scaled(weights.template at<T>(j), one.data(), out.data(), out.size());
        }
    }
}

[[nodiscard]] inline unit_weights weights_from(unit_weights weights, std::size_t) noexcept { return weights; }
template <class W>
[[nodiscard]] given_weights<W> weights_from(given_weights<W> weights, std::size_t first) noexcept {
    return {weights.values + first};
}

template <class Table, class Weights>
void sum_bags(const Table& table, std::span<const typename Table::id_type> ids, Weights weights,
              std::span<const std::size_t> offsets, matrix_view<typename Table::value_type> out, executor_ref exec) {
    for_each_chunk(exec, out.rows(), bags_per_task, [&](std::size_t first, std::size_t last) {
        for (std::size_t b = first; b < last; ++b)
            sum_bag(table, ids.subspan(offsets[b], offsets[b + 1] - offsets[b]), ids.size() - offsets[b + 1], out.row(b),
                    weights_from(weights, offsets[b]));
    });
}

// The bags without the ids that have zero rows.
template <class Table, class Weights>
void sum_without(const Table& table, const checked_ids<typename Table::id_type>& checked, Weights weights,
                 std::span<const std::size_t> offsets, matrix_view<typename Table::value_type> out, executor_ref exec) {
    using T = typename Table::value_type;
    std::vector<typename Table::id_type> kept;
    std::vector<T> kept_weights;
    std::vector<std::size_t> kept_offsets{0};
    auto bad = checked.bad.begin();
    for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
        for (std::size_t j = offsets[b]; j < offsets[b + 1]; ++j) {
            if (bad != checked.bad.end() && *bad == j) {
                ++bad;
                continue;
            }
            kept.push_back(checked.ids[j]);
            kept_weights.push_back(weights.template at<T>(j));
        }
        kept_offsets.push_back(kept.size());
    }
    sum_bags(table, std::span<const typename Table::id_type>(kept), given_weights<T>{kept_weights.data()}, kept_offsets, out,
             exec);
}

template <class Table, class Weights>
void gather_bags(const Table& table, std::span<const typename Table::id_type> ids, Weights weights,
                 std::span<const std::size_t> offsets, matrix_view<typename Table::value_type> out, const batch_options& how,
                 const char* verb) {
    check_offsets(offsets, ids.size(), verb);
    check_output(out, offsets.size() - 1, table.dim(), verb);
    const auto checked = apply_policy(table, ids, how.ids, verb);
    if (checked.bad.empty())
        sum_bags(table, checked.ids, weights, offsets, out, how.exec);
    else
        sum_without(table, checked, weights, offsets, out, how.exec);
}

}  // namespace detail

/// out row b = the sum of bag b. *Throws* std::invalid_argument if offsets do not run from 0 to ids.size() or out is not bags x
/// dim(), and as the policy says. *Complexity:* reads one row per id; the limit is the time of a gather of the same rows.
template <embedding_table Table>
void gather_sum(const Table& table, std::span<const typename Table::id_type> ids, std::span<const std::size_t> offsets,
                matrix_view<typename Table::value_type> out, const batch_options& how = {}) {
    detail::gather_bags(table, ids, detail::unit_weights{}, offsets, out, how, "gather_sum");
}

/// out row b = the sum of weights[j] * row of ids[j] over bag b. *Throws* as gather_sum, and std::invalid_argument unless there
/// is one weight per id.
template <embedding_table Table>
void gather_weighted_sum(const Table& table, std::span<const typename Table::id_type> ids,
                         std::span<const typename Table::value_type> weights, std::span<const std::size_t> offsets,
                         matrix_view<typename Table::value_type> out, const batch_options& how = {}) {
    if (weights.size() != ids.size())
        throw std::invalid_argument("pleach::gather_weighted_sum: there are " + std::to_string(ids.size()) + " ids, but " +
                                    std::to_string(weights.size()) + " weights; each id needs one");
    detail::gather_bags(table, ids, detail::given_weights<typename Table::value_type>{weights.data()}, offsets, out, how,
                        "gather_weighted_sum");
}

/// out row b = the mean of bag b, zero if it is empty. *Throws* as gather_sum.
template <embedding_table Table>
void gather_mean(const Table& table, std::span<const typename Table::id_type> ids, std::span<const std::size_t> offsets,
                 matrix_view<typename Table::value_type> out, const batch_options& how = {}) {
    using T = typename Table::value_type;
    detail::gather_bags(table, ids, detail::unit_weights{}, offsets, out, how, "gather_mean");
    for_each_chunk(how.exec, out.rows(), detail::rows_per_gather_task, [&](std::size_t first, std::size_t last) {
        for (std::size_t b = first; b < last; ++b)
            if (const std::size_t count = offsets[b + 1] - offsets[b]; count > 1)
                for (T& x : out.row(b)) x /= static_cast<T>(count);
    });
}

/// The same three for ids in another integer type, such as std::int64_t; see narrowed_ids.hpp.
template <embedding_table Table, ids_of_other_type<typename Table::id_type> Ids>
void gather_sum(const Table& table, const Ids& ids, std::span<const std::size_t> offsets,
                matrix_view<typename Table::value_type> out, const batch_options& how = {}) {
    gather_sum(table, std::span<const typename Table::id_type>(narrowed_ids(table, ids, how.ids, "gather_sum")), offsets, out,
               how);
}
template <embedding_table Table, ids_of_other_type<typename Table::id_type> Ids>
void gather_weighted_sum(const Table& table, const Ids& ids, std::span<const typename Table::value_type> weights,
                         std::span<const std::size_t> offsets, matrix_view<typename Table::value_type> out,
                         const batch_options& how = {}) {
    gather_weighted_sum(table,
                        std::span<const typename Table::id_type>(narrowed_ids(table, ids, how.ids, "gather_weighted_sum")),
                        weights, offsets, out, how);
}
template <embedding_table Table, ids_of_other_type<typename Table::id_type> Ids>
void gather_mean(const Table& table, const Ids& ids, std::span<const std::size_t> offsets,
                 matrix_view<typename Table::value_type> out, const batch_options& how = {}) {
    gather_mean(table, std::span<const typename Table::id_type>(narrowed_ids(table, ids, how.ids, "gather_mean")), offsets, out,
                how);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
