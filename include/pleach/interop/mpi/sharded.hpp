// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table whose rows are spread over the ranks of a communicator (row_shards.hpp), for tables that one machine cannot hold.
///
///     pleach::communicator all(MPI_COMM_WORLD);
///     pleach::sharded<pleach::dense_table<float>> table(all, rows, dim, pleach::normal{.deviation = 0.1}, stream);
///     pleach::optimizer opt(table.shard(), pleach::adam{.learning_rate = 1e-3});
///     auto gradient = table.shard().make_gradient();
///     ... for each batch, where each rank has ids of its own:
///     const pleach::sharded_batch batch = exchange(table, ids);
///     gather(table, batch, rows);
///     accumulate(table, batch, upstream, gradient);
///     opt.step(table.shard(), gradient);
///
/// Each rank stores and steps its own rows, with an ordinary table and optimizer. The bits are those of one process whose batch
/// is that of all ranks, lower ranks first, for any number of ranks. That holds because rows share nothing: a table must store
/// one row of its own per id.
///
/// Verbs are collective: all ranks call the same ones in the same order, with as many ids as they like. What one refuses, all
/// refuse.

#include <pleach/interop/mpi/sharded_batch.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/footprint.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Table>
class sharded {
    static_assert(trainable_table<Table> &&
                      std::is_same_v<typename Table::gradient_type, row_gradient<typename Table::value_type>>,
                  "pleach::sharded needs a table that stores one row per id, such as dense_table, masked or packed: parameters "
                  "that rows share, such as thresholds and codebooks, belong to no rank");

public:
    using table_type = Table;
    using value_type = typename Table::value_type;
    using id_type = typename Table::id_type;
    using gradient_type = typename Table::gradient_type;

    /// The shard that `make(rows)` makes of the rows' distribution. *Precondition:* `all` outlives the table. Collective. *Throws*
    /// std::invalid_argument on all ranks unless each makes a table of rows.own() rows and all have as many columns.
    template <std::invocable<const row_shards&> Make>
    sharded(const communicator& all, std::size_t size, Make&& make)
        : all_(&all), rows_(size, all.size(), all.rank()), shard_(make_together(all, [&] { return make(rows_); })) {
        std::uint64_t widths[] = {dim(), ~std::uint64_t{dim()}, size, ~std::uint64_t{size}};
        all.largest("sharded", widths);
        all.together("sharded", [&] {
            if (shard().size() != rows_.own())
                throw std::invalid_argument("pleach::sharded: the shard has " + std::to_string(shard().size()) + " rows, but " +
                                            std::to_string(rows_.own()) + " are needed; give it own() rows");
            if (widths[0] != ~widths[1] || widths[2] != ~widths[3])
                throw std::invalid_argument("pleach::sharded: this rank has a table of " + std::to_string(size) + " x " +
                                            std::to_string(dim()) +
                                            ", and another has one of another shape; give all the same");
        });
    }

    /// Rows filled by an initializer, each with the values that it has in a table of one process.
    template <class Initializer>
    sharded(const communicator& all, std::size_t size, std::size_t dim, const Initializer& initializer, random_stream stream)
        : sharded(all, size, [&](const row_shards& rows) {
              return Table(dense_table<value_type, id_type>(rows.own(), dim, own_rows(initializer, rows), stream));
          }) {}

    [[nodiscard]] const communicator& ranks() const noexcept { return *all_; }
    [[nodiscard]] const row_shards& rows() const noexcept { return rows_; }
    /// The rows of all ranks.
    [[nodiscard]] std::size_t size() const noexcept { return rows_.rows(); }
    [[nodiscard]] std::size_t dim() const noexcept { return shard_.dim(); }

    /// This rank's rows: the row of id i is row rows().local(i) of rank rows().owner(i).
    [[nodiscard]] Table& shard() noexcept { return shard_; }
    [[nodiscard]] const Table& shard() const noexcept { return shard_; }

private:
    template <class Make>
    static Table make_together(const communicator& all, Make&& make) {
        std::optional<Table> made;
        all.together("sharded", [&] { made.emplace(make()); });
        return std::move(*made);
    }

    const communicator* all_;
    row_shards rows_;
    Table shard_;
};

namespace detail {

template <class Table>
void gather_exchanged(const sharded<Table>& table, const sharded_batch& batch, matrix_view<typename Table::value_type> out) {
    using id = typename Table::id_type;
    using T = typename Table::value_type;
    batch.gather("gather", table.ranks(), out, [&](std::span<const std::uint32_t> rows, std::size_t i, std::span<T> to) {
        prefetch_ahead<prefetch_distance>(table.shard(), rows.data(), i, rows.size());
        table.shard().lookup(static_cast<id>(rows[i]), to);
    });
}

template <class Table>
void accumulate_exchanged(const sharded<Table>& table, const sharded_batch& batch,
                          matrix_view<const typename Table::value_type> upstream, typename Table::gradient_type& gradient) {
    using id = typename Table::id_type;
    batch.accumulate("accumulate", table.ranks(), upstream,
                     [&](std::uint32_t row, std::span<const typename Table::value_type> one) {
                         table.shard().accumulate(static_cast<id>(row), one, gradient);
                     });
}

}  // namespace detail

/// Tells the ranks which rows each of them needs (sharded_batch.hpp). *Throws* on all ranks std::out_of_range if one has an id
/// beyond the table.
template <class Table>
[[nodiscard]] sharded_batch exchange(const sharded<Table>& table, std::span<const typename Table::id_type> ids) {
    return {"exchange", table.ranks(), table.rows(), ids, [] {}};
}

/// out row j = row of the batch's id j. *Throws* on all ranks std::invalid_argument if on one out is not ids x dim().
/// *Complexity:* an all-reduce of a number and an all-to-all of rows, each of which travels once to each rank that needs it.
template <class Table>
void gather(const sharded<Table>& table, const sharded_batch& batch, matrix_view<typename Table::value_type> out) {
    table.ranks().together("gather", [&] { detail::check_output(out, batch.size(), table.dim(), "gather"); });
    detail::gather_exchanged(table, batch, out);
}

/// The same for ids that no rank has been told of. *Throws* as exchange, too.
template <class Table>
void gather(const sharded<Table>& table, std::span<const typename Table::id_type> ids,
            matrix_view<typename Table::value_type> out) {
    const auto check = [&] { detail::check_output(out, ids.size(), table.dim(), "gather"); };
    if (table.ranks().size() == 1) {
        check();
        return gather(table.shard(), ids, out);
    }
    detail::gather_exchanged(table, sharded_batch("gather", table.ranks(), table.rows(), ids, check), out);
}

/// Adds upstream row j to the gradient of the batch's id j, where its row is: `gradient` is this rank's, of the shard. Repeated
/// ids add up in the order of the batch, lower ranks first. *Throws* on all ranks std::invalid_argument if on one upstream is
/// not ids x dim(). *Complexity:* an all-reduce of a number and an all-to-all of one row for each id of another rank.
template <class Table>
void accumulate(const sharded<Table>& table, const sharded_batch& batch, matrix_view<const typename Table::value_type> upstream,
                typename Table::gradient_type& gradient) {
    table.ranks().together("accumulate", [&] { detail::check_output(upstream, batch.size(), table.dim(), "accumulate"); });
    detail::accumulate_exchanged(table, batch, upstream, gradient);
}

/// The same for ids that no rank has been told of. *Throws* as exchange, too.
template <class Table>
void accumulate(const sharded<Table>& table, std::span<const typename Table::id_type> ids,
                matrix_view<const typename Table::value_type> upstream, typename Table::gradient_type& gradient) {
    const auto check = [&] { detail::check_output(upstream, ids.size(), table.dim(), "accumulate"); };
    if (table.ranks().size() == 1) {
        check();
        return accumulate(table.shard(), ids, upstream, gradient);
    }
    detail::accumulate_exchanged(table, sharded_batch("accumulate", table.ranks(), table.rows(), ids, check), upstream,
                                 gradient);
}

/// What all ranks store together. Bytes of files are those of a file per shard. Collective.
template <class Table>
[[nodiscard]] footprint_counts footprint(const sharded<Table>& table) {
    footprint_counts total = footprint(table.shard());
    std::size_t* const counts[] = {&total.entries,      &total.stored,        &total.nonzero,   &total.auxiliary,
                                   &total.assigned,     &total.training_only, &total.bytes_now, &total.bytes_dense,
                                   &total.bytes_bitmap, &total.bytes_csr};
    std::uint64_t sums[std::size(counts)];
    for (std::size_t i = 0; i < std::size(counts); ++i) sums[i] = *counts[i];
    table.ranks().sum("footprint", sums);
    for (std::size_t i = 0; i < std::size(counts); ++i) *counts[i] = static_cast<std::size_t>(sums[i]);
    return total;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
