// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Verbs over many rows. Arguments are checked once per call, in release builds too, before anything is written. Rows ahead are
/// prefetched if the table supports it. What happens to ids beyond the table is a policy, see core/id_policy.hpp. Sums are in
/// bags.hpp.

#include <pleach/core/executor.hpp>
#include <pleach/kernel/prefetch.hpp>
#include <pleach/table/checked_ids.hpp>
#include <pleach/table/narrowed_ids.hpp>
#include <pleach/table/snapshot.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// Options of a batch verb: `gather(table, ids, out, {.exec = pool, .ids = id_policy::zero})`.
struct batch_options {
    executor_ref exec{};                ///< runs the tasks
    id_policy ids = id_policy::refuse;  ///< what happens to ids that the table does not have
};

namespace detail {

inline constexpr std::size_t rows_per_gather_task = 1024;

template <class T>
void check_output(matrix_view<T> out, std::size_t rows, std::size_t cols, const char* verb) {
    if (out.rows() != rows || out.cols() != cols)
        throw std::invalid_argument("pleach::" + std::string(verb) + ": the rows given are " + std::to_string(out.rows()) +
                                    " x " + std::to_string(out.cols()) + ", but " + std::to_string(rows) + " x " +
                                    std::to_string(cols) + " are needed");
}

}  // namespace detail

/// out row j = row of ids[j]. *Throws* std::invalid_argument if out is not ids.size() x dim(); by default std::out_of_range for
/// an id beyond the table (see id_policy).
template <embedding_table Table>
void gather(const Table& table, std::span<const typename Table::id_type> ids, matrix_view<typename Table::value_type> out,
            const batch_options& how = {}) {
    detail::check_output(out, ids.size(), table.dim(), "gather");
    const auto checked = detail::apply_policy(table, ids, how.ids, "gather");
    for_each_chunk(how.exec, checked.bad.size() == ids.size() ? 0 : ids.size(), detail::rows_per_gather_task,
                   [&](std::size_t first, std::size_t last) {
                       for (std::size_t j = first; j < last; ++j) {
                           detail::prefetch_ahead<detail::prefetch_distance>(table, checked.ids.data(), j, checked.ids.size());
                           table.lookup(checked.ids[j], out.row(j));
                       }
                   });
    for (const std::size_t j : checked.bad) detail::fill_values(out.row(j), typename Table::value_type{0});
}

/// The same for ids in another integer type, such as std::int64_t; see narrowed_ids.hpp.
template <embedding_table Table, ids_of_other_type<typename Table::id_type> Ids>
void gather(const Table& table, const Ids& ids, matrix_view<typename Table::value_type> out, const batch_options& how = {}) {
    gather(table, std::span<const typename Table::id_type>(narrowed_ids(table, ids, how.ids, "gather")), out, how);
}

/// out row i = row of entity i, for graph models. *Throws* std::invalid_argument if out is not size() x dim().
template <enumerable_table Table, executor Executor = sequential>
void gather_all(const Table& table, matrix_view<typename Table::value_type> out, const Executor& exec = {}) {
    detail::check_output(out, table.size(), table.dim(), "gather_all");
    for_each_chunk(exec, table.size(), detail::rows_per_gather_task, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) table.lookup(static_cast<typename Table::id_type>(i), out.row(i));
    });
}

/// Adds upstream row j to the gradient of ids[j]; repeated ids add up. *Throws* as gather; an id whose row is zero by the
/// policy adds nothing.
template <trainable_table Table>
void accumulate(const Table& table, std::span<const typename Table::id_type> ids,
                matrix_view<const typename Table::value_type> upstream, typename Table::gradient_type& gradient,
                id_policy policy = id_policy::refuse) {
    detail::check_output(upstream, ids.size(), table.dim(), "accumulate");
    const auto checked = detail::apply_policy(table, ids, policy, "accumulate");
    auto bad = checked.bad.begin();
    for (std::size_t j = 0; j < ids.size(); ++j) {
        if (bad != checked.bad.end() && *bad == j)
            ++bad;
        else
            table.accumulate(checked.ids[j], upstream.row(j), gradient);
    }
}

/// The same for ids in another integer type.
template <trainable_table Table, ids_of_other_type<typename Table::id_type> Ids>
void accumulate(const Table& table, const Ids& ids, matrix_view<const typename Table::value_type> upstream,
                typename Table::gradient_type& gradient, id_policy policy = id_policy::refuse) {
    accumulate(table, std::span<const typename Table::id_type>(narrowed_ids(table, ids, policy, "accumulate")), upstream,
               gradient, policy);
}

/// Adds upstream row i to the gradient of entity i, for graph models. *Throws* std::invalid_argument if upstream is not size()
/// x dim().
template <trainable_table Table, executor Executor = sequential>
void accumulate_all(const Table& table, matrix_view<const typename Table::value_type> upstream,
                    typename Table::gradient_type& gradient, const Executor& exec = {}) {
    detail::check_output(upstream, table.size(), table.dim(), "accumulate_all");
    if constexpr (requires { gradient.dense(); }) {
        // One stored row per entity: entities share no rows, so chunks can be added in parallel.
        if (gradient.rows() == table.size()) {
            static_cast<void>(gradient.dense());
            for_each_chunk(exec, table.size(), detail::rows_per_gather_task, [&](std::size_t first, std::size_t last) {
                for (std::size_t i = first; i < last; ++i)
                    table.accumulate(static_cast<typename Table::id_type>(i), upstream.row(i), gradient);
            });
            return;
        }
    }
    for (std::size_t i = 0; i < table.size(); ++i)
        table.accumulate(static_cast<typename Table::id_type>(i), upstream.row(i), gradient);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
