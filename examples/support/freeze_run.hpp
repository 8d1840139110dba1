// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run leaves to be served: users.frozen and items.frozen, the rows that are scored, in the format of --freeze, and the
/// quality of the test part as the files give it. Where the model makes rows out of other rows (LightGCN) there are two honest
/// ways, and both are measured: table.frozen, the trained rows, to be propagated over the graph once they are loaded, whose bytes
/// count as well; and the propagated rows, which have no zeros left but those that --freeze-density cuts.

#include "support/run_context.hpp"

#include <pleach/core/matrix.hpp>

#include <functional>

namespace support {

/// Any table of floats, behind a function: freezing is compiled once.
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

/// Freezes the rows in the format `kind`, or the best for a tolerance of 0 where that is "auto", keeping `density` of the values;
/// saves them and reads them back into `out`. *Throws:* usage_error, std::filesystem::filesystem_error.
frozen_file freeze_rows(const row_source& rows, const std::string& kind, double density, const std::filesystem::path& path,
                        pleach::matrix_view<float> out, const pleach::openmp& exec);

/// Writes the files and reports them. `table` is the trained one. *Precondition:* all.chosen.freeze is not empty.
template <class Table, class Encoder>
void freeze_run(const run_context& all, Encoder& encoder, const Table& table, const csr& known) {
    const std::size_t users = all.data.users, entities = users + all.data.items, dim = table.dim();
    const std::string& kind = all.chosen.freeze;
    const auto folder = [&](const char* name) { return all.directory.path() / name; };
    const auto measure = [&](pleach::matrix_view<float> rows, frozen_file file) {
        file.test = evaluate(rows, all.data.test, known, all.chosen.topk, all.exec).at.front();
        all.report.frozen(std::move(file));
    };
    pleach::matrix<float> scored(entities, dim), read(entities, dim);
    encoder.encode_all(table, scored.view(), all.exec);
    const auto part = [&](std::size_t first, std::size_t count) {
        return row_source{count, dim, [&scored, first](std::uint32_t id, std::span<float> out) {
                              std::ranges::copy(scored.row(first + id), out.begin());
                          }};
    };
    frozen_file of_users = freeze_rows(part(0, users), kind, all.chosen.freeze_density, folder("users.frozen"),
                                       read.view().rows_from(0, users), all.exec);
    frozen_file of_items = freeze_rows(part(users, all.data.items), kind, all.chosen.freeze_density, folder("items.frozen"),
                                       read.view().rows_from(users, all.data.items), all.exec);
    of_items.name = "users.frozen and items.frozen";
    of_items.kind = of_users.kind == of_items.kind ? of_users.kind : of_users.kind + " and " + of_items.kind;
    of_items.bytes += of_users.bytes;
    measure(read.view(), std::move(of_items));
    if constexpr (requires { Encoder::is_propagating; }) {
        const row_source rows{entities, dim, [&table](std::uint32_t id, std::span<float> out) { table.lookup(id, out); }};
        frozen_file file = freeze_rows(rows, kind, 1, folder("table.frozen"), read.view(), all.exec);
        file.name = "table.frozen and its graph";
        file.graph_bytes = 4 * all.data.train.size() + 4 * (users + 1);  // the items of each user, and where they begin
        file.bytes += file.graph_bytes;
        const pleach::borrowed_table<float> thawed(read.view());
        encoder.encode_all(thawed, scored.view(), all.exec);
        measure(scored.view(), std::move(file));
    }
}

}  // namespace support
