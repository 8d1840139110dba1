// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The frozen files of a run: users.frozen and items.frozen hold the scored rows in the format of --freeze, and their metrics
/// on the test part are measured on the files. A table that shares rows among entities is frozen as one file instead,
/// table.frozen, users before items: its parts are frozen, each in the format of --freeze or the best one for it, and rows are
/// not expanded, unless --freeze-density cuts the scored rows. If the model computes rows from other rows (LightGCN), both
/// options are written and measured: table.frozen holds the trained rows, which are propagated over the graph once they are
/// loaded, and the bytes of the graph count as well; users.frozen and items.frozen hold the propagated rows, in which no values
/// are zero except those that --freeze-density cuts. With --freeze-rows only the first is written: some of the trained rows,
/// solved for (solve_rows.hpp) so that they propagate to approximately what all rows do.

#include "support/model/graph.hpp"
#include "support/train/run_context.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/frozen/nested_rows.hpp>

#include <functional>

namespace support {

/// Type-erases a table of floats, so that freezing is compiled only once.
struct row_source {
    using value_type = float;
    using id_type = std::uint32_t;
    std::size_t rows;
    std::size_t columns;
    std::function<void(id_type, std::span<float>)> read;

    [[nodiscard]] std::size_t size() const noexcept { return rows; }
    [[nodiscard]] std::size_t dim() const noexcept { return columns; }
    void lookup(id_type id, std::span<float> out) const { read(id, out); }
};

/// The rows in the format `kind`, or in the best format for a tolerance of 0 if that is "auto", keeping a fraction `density` of
/// the values. *Throws:* usage_error.
pleach::frozen::image freeze_image(const row_source& rows, const std::string& kind, double density, const pleach::openmp& exec);

/// Solves for the rows that --freeze-rows keeps, saves only them, and reads the table back into `out`.
/// *Throws:* usage_error, std::filesystem::filesystem_error.
frozen_file save_kept_rows(const run_context& all, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                           const std::filesystem::path& path, pleach::matrix_view<float> out);

/// Saves the table and reads it back into `out`. *Throws:* std::filesystem::filesystem_error.
frozen_file save_frozen(const pleach::frozen::image& table, const std::filesystem::path& path, pleach::matrix_view<float> out);

/// Whether entities share the rows of a table, or their rows are computed from codes.
template <class Table>
inline constexpr bool has_parts =
    !std::is_same_v<pleach::frozen::form_of<pleach::frozen::nested_rows, Table>, pleach::frozen::nested_rows>;

/// The trained table in the format, part by part.
template <class Table>
pleach::frozen::image freeze_table(const Table& table, const std::string& kind, const pleach::openmp& exec) {
    return pleach::freeze_parts(table, [&](const auto& part) {
        using id_type = typename std::remove_cvref_t<decltype(part)>::id_type;
        const auto read = [&part](std::uint32_t id, std::span<float> out) { part.lookup(static_cast<id_type>(id), out); };
        return freeze_image({part.size(), part.dim(), read}, kind, 1, exec);
    });
}

/// Writes the files and reports them. `table` is the trained one. *Precondition:* all.chosen.freeze is not empty.
template <class Table, class Encoder>
void freeze_run(const run_context& all, Encoder& encoder, const Table& table, const csr& known) {
    const std::size_t users = all.data.users, entities = users + all.data.items, dim = table.dim();
    const std::string& kind = all.chosen.freeze;
    const auto folder = [&](const char* name) { return all.directory.path() / name; };
    const auto measure = [&](pleach::matrix_view<float> rows, frozen_file file) {
        if (all.data.valid.size() > 0)
            file.valid = evaluate(rows, all.data.valid, all.data.train, all.chosen.topk, all.exec).at.front();
        file.test = evaluate(rows, all.data.test, known, all.chosen.topk, all.exec).at.front();
        all.report.frozen(std::move(file));
    };
    pleach::matrix<float> read(entities, dim);
    if constexpr (has_parts<Table> && requires { Encoder::is_looking_up; })
        if (all.chosen.freeze_density == 1) {
            frozen_file file = save_frozen(freeze_table(table, kind, all.exec), folder("table.frozen"), read.view());
            return measure(read.view(), std::move(file));
        }
    pleach::matrix<float> scored(entities, dim);
    // For rows that are propagated after loading, with the graph that they need.
    const auto measure_with_graph = [&](auto& propagating, frozen_file file) {
        file.name = "table.frozen and its graph";
        file.graph_bytes =
            4 * all.data.train.size() + 4 * (users + 1);  // the items of each user, and the offset of each user's first item
        file.bytes += file.graph_bytes;
        const pleach::borrowed_table<float> thawed(read.view());
        propagating.encode_all(thawed, scored.view(), all.exec);
        measure(scored.view(), std::move(file));
    };
    if constexpr (requires { encoder.graph(); })
        if (all.chosen.freeze_users < 1 || all.chosen.freeze_items < 1) {
            pleach::gather_all(table, scored.view(), all.exec);
            return measure_with_graph(encoder, save_kept_rows(all, encoder.graph(), std::as_const(scored).view(),
                                                              folder("table.frozen"), read.view()));
        }
    encoder.encode_all(table, scored.view(), all.exec);
    const auto freeze_rows = [&](const char* name, std::size_t first, std::size_t count) {
        const auto row = [&](std::uint32_t id, std::span<float> out) {
            std::ranges::copy(scored.row(first + id), out.begin());
        };
        return save_frozen(freeze_image({count, dim, row}, kind, all.chosen.freeze_density, all.exec), folder(name),
                           read.view().rows_from(first, count));
    };
    const frozen_file of_users = freeze_rows("users.frozen", 0, users);
    frozen_file of_items = freeze_rows("items.frozen", users, all.data.items);
    of_items.name = "users.frozen and items.frozen";
    of_items.kind = of_users.kind == of_items.kind ? of_users.kind : of_users.kind + " and " + of_items.kind;
    of_items.bytes += of_users.bytes;
    measure(read.view(), std::move(of_items));
    if constexpr (requires { Encoder::is_propagating; })
        measure_with_graph(encoder, save_frozen(freeze_table(table, kind, all.exec), folder("table.frozen"), read.view()));
}

}  // namespace support
