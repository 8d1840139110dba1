// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Verbs over many rows. Arguments are checked once a call, in release too, before anything is written; rows ahead are
/// prefetched where the table can.

#include <pleach/core/executor.hpp>
#include <pleach/table/concepts.hpp>
#include <pleach/table/dense_table.hpp>

#include <stdexcept>
#include <string>

namespace pleach::inline PLEACH_ABI {

namespace detail {

inline constexpr std::size_t rows_per_gather_task = 1024;

template <class Table>
void check_ids(const Table& table, std::span<const typename Table::id_type> ids, const char* verb) {
    if constexpr (enumerable_table<Table>) {
        const std::size_t size = table.size();
        bool good = true;
        for (const auto id : ids) good &= to_index(id) < size;
        if (good) return;
        for (std::size_t j = 0; j < ids.size(); ++j)
            if (to_index(ids[j]) >= size)
                throw std::out_of_range("pleach::" + std::string(verb) + ": id " + std::to_string(to_index(ids[j])) +
                                        " at position " + std::to_string(j) + " is not in the table, whose ids are 0 to " +
                                        std::to_string(size) + " - 1");
    }
}

template <class T>
void check_output(matrix_view<T> out, std::size_t rows, std::size_t cols, const char* verb) {
    if (out.rows() != rows || out.cols() != cols)
        throw std::invalid_argument("pleach::" + std::string(verb) + ": the rows given are " + std::to_string(out.rows()) +
                                    " x " + std::to_string(out.cols()) + ", but " + std::to_string(rows) + " x " +
                                    std::to_string(cols) + " are needed");
}

template <class Table>
void prefetch_ahead(const Table& table, std::span<const typename Table::id_type> ids, std::size_t j) {
    if constexpr (requires { table.prefetch(ids[j]); })
        if (j + prefetch_distance < ids.size()) table.prefetch(ids[j + prefetch_distance]);
}

}  // namespace detail

/// out row j = row of ids[j]. *Throws* std::out_of_range for an id beyond the table, std::invalid_argument if out is not
/// ids.size() x dim().
template <embedding_table Table, executor Executor = sequential>
void gather(const Table& table, std::span<const typename Table::id_type> ids, matrix_view<typename Table::value_type> out,
            const Executor& exec = {}) {
    detail::check_output(out, ids.size(), table.dim(), "gather");
    detail::check_ids(table, ids, "gather");
    for_each_chunk(exec, ids.size(), detail::rows_per_gather_task, [&](std::size_t first, std::size_t last) {
        for (std::size_t j = first; j < last; ++j) {
            detail::prefetch_ahead(table, ids, j);
            table.lookup(ids[j], out.row(j));
        }
    });
}

/// out row i = row of entity i, for graph models. *Throws* std::invalid_argument if out is not size() x dim().
template <enumerable_table Table, executor Executor = sequential>
void gather_all(const Table& table, matrix_view<typename Table::value_type> out, const Executor& exec = {}) {
    detail::check_output(out, table.size(), table.dim(), "gather_all");
    for_each_chunk(exec, table.size(), detail::rows_per_gather_task, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) table.lookup(static_cast<typename Table::id_type>(i), out.row(i));
    });
}

namespace detail {

inline void check_offsets(std::span<const std::size_t> offsets, std::size_t ids) {
    if (offsets.empty() || offsets.front() != 0 || offsets.back() != ids)
        throw std::invalid_argument("pleach::gather_sum: offsets must begin with 0 and end with the number of ids, " +
                                    std::to_string(ids));
    for (std::size_t b = 1; b < offsets.size(); ++b)
        if (offsets[b] < offsets[b - 1])
            throw std::invalid_argument("pleach::gather_sum: offset " + std::to_string(b) + " is " +
                                        std::to_string(offsets[b]) + ", less than the one before, " +
                                        std::to_string(offsets[b - 1]));
}

// One bag, by whatever the table offers; `ahead` ids of the next bags follow.
template <class Table, class T>
void sum_bag(const Table& table, std::span<const typename Table::id_type> ids, [[maybe_unused]] std::size_t ahead,
             std::span<T> out) {
    if constexpr (requires { table.rows().stride(); } && unsigned_number<typename Table::id_type>) {
        const auto rows = table.rows();
        sum_rows(rows.data(), rows.stride(), ids.data(), ids.size(), ahead, out.data(), out.size());
    } else if constexpr (requires { table.add_to(out, ids[0], T{1}); }) {
        fill_values(out, T{0});
        for (std::size_t j = 0; j < ids.size(); ++j) {
            prefetch_ahead(table, ids, j);
            table.add_to(out, ids[j], T{1});
        }
    } else {
        fill_values(out, T{0});
        matrix<T> one(1, out.size());
        for (const auto id : ids) {
            table.lookup(id, one.row(0));
            add_row(one.data(), out.data(), out.size());
        }
    }
}

}  // namespace detail

/// Bags: out row b = sum of the rows of ids[offsets[b]] .. ids[offsets[b + 1] - 1]; an empty bag is a zero row.
/// *Throws* std::invalid_argument if offsets do not run from 0 to ids.size() or out is not bags x dim(), std::out_of_range for
/// an id beyond the table.
template <embedding_table Table, executor Executor = sequential>
void gather_sum(const Table& table, std::span<const typename Table::id_type> ids, std::span<const std::size_t> offsets,
                matrix_view<typename Table::value_type> out, const Executor& exec = {}) {
    detail::check_offsets(offsets, ids.size());
    detail::check_output(out, offsets.size() - 1, table.dim(), "gather_sum");
    detail::check_ids(table, ids, "gather_sum");
    for_each_chunk(exec, out.rows(), detail::rows_per_gather_task / 16, [&](std::size_t first, std::size_t last) {
        for (std::size_t b = first; b < last; ++b)
            detail::sum_bag(table, ids.subspan(offsets[b], offsets[b + 1] - offsets[b]), ids.size() - offsets[b + 1],
                            out.row(b));
    });
}

/// gradient += upstream row j at ids[j]; repeated ids add up. *Throws* as gather.
template <trainable_table Table>
void accumulate(const Table& table, std::span<const typename Table::id_type> ids,
                matrix_view<const typename Table::value_type> upstream, typename Table::gradient_type& gradient) {
    detail::check_output(upstream, ids.size(), table.dim(), "accumulate");
    detail::check_ids(table, ids, "accumulate");
    for (std::size_t j = 0; j < ids.size(); ++j) table.accumulate(ids[j], upstream.row(j), gradient);
}

/// gradient += upstream row i at entity i, for graph models. *Throws* std::invalid_argument if upstream is not
/// size() x dim().
template <trainable_table Table, executor Executor = sequential>
void accumulate_all(const Table& table, matrix_view<const typename Table::value_type> upstream,
                    typename Table::gradient_type& gradient, const Executor& exec = {}) {
    detail::check_output(upstream, table.size(), table.dim(), "accumulate_all");
    if constexpr (requires { gradient.dense(); }) {
        // One stored row for each entity: entities do not share rows, so pieces may be added side by side.
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

/// The owning equivalent of a table: a copy where it owns its rows; a dense_table of the same rows if it borrows them, and
/// what the table's own owned() returns if it adapts one that does.
template <class Table>
[[nodiscard]] auto snapshot(const Table& table) {
    if constexpr (requires { table.owned(); })
        return table.owned();
    else if constexpr (requires { table.borrowed_rows(); })
        return dense_table<typename Table::value_type, typename Table::id_type>(table.borrowed_rows());
    else
        return table;
}

}  // namespace pleach::inline PLEACH_ABI
