// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run leaves to be served: users.frozen and items.frozen, the rows that are scored, in the format of --freeze, and
/// the quality of the test part as the files give it. A table that shares rows among entities is one file instead,
/// table.frozen, users before items: its parts are frozen, each in the format of --freeze or the best for it, and no row is
/// expanded, unless --freeze-density cuts those that are scored. Tables that train in few bits, or as codewords, have a
/// format of their own. Where the model makes rows out of other rows (LightGCN) there are two honest ways, and both are
/// measured: table.frozen, the trained rows, to be propagated over the graph once they are loaded, whose bytes count as
/// well; and the propagated rows, which have no zeros left but those that --freeze-density cuts. With --freeze-rows there
/// is only the first: some of the trained rows, solved for (solve_rows.hpp), so that they propagate to what all do.
/// Codewords that are propagated are fitted through the graph as well (solve_books.hpp).
///
/// train_mf with --freeze-rows items writes items.frozen and fold.frozen, from which rows of users are made (fold_in.hpp).
///
/// Biases of items are the last column of users.frozen and items.frozen (model/item_biases.hpp). Beside table.frozen they
/// are a file of their own, biases.frozen, exact floats with a row for each item, whose bytes count with those of the
/// table.
///
/// The files of the trained model take no more than --bytes; propagated rows take what they take.
///
/// Users and items keep their original ids in the files (original_ids.hpp), unless they do not fit into --bytes.

#include "support/model/graph.hpp"
#include "support/serve/shrink.hpp"
#include "support/train/original_ids.hpp"
#include "support/train/run_context.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/prune/row_magnitude.hpp>

#include <functional>
#include <span>
#include <utility>
#include <vector>

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

/// *Throws:* usage_error if --freeze has no --out or names no format.
void check_freeze(const options& given);

/// How rows are frozen.
struct row_format {
    std::string kind;  ///< that of --freeze, or "smallest"
    double density = 1;
    std::uint64_t seed = 0;  ///< of codewords
};

/// The rows in the format, keeping its density of the values; where its kind is "auto", in the exact format of the cheapest
/// lookups, where it is "smallest", in that of the fewest bytes of data.
/// *Throws:* usage_error, and std::invalid_argument for codewords that do not suit the rows.
pleach::frozen::image freeze_image(const row_source& rows, const row_format& format, const pleach::openmp& exec);

/// Bytes of the files, headers and all.
[[nodiscard]] std::uint64_t bytes_of_files(std::span<const pleach::frozen::image> images);

/// What `freeze(kind)` makes in the format of --freeze; where that is auto and takes more than --bytes, in the smallest.
/// *Throws:* usage_error where the files would take more than --bytes.
std::vector<pleach::frozen::image> freeze_within(
    const options& chosen, const std::function<std::vector<pleach::frozen::image>(const std::string&)>& freeze);

/// The images of a table, and one of the biases if there are any: exact floats, a row for each item.
std::vector<pleach::frozen::image> with_biases(std::vector<pleach::frozen::image> images, const item_biases& biases,
                                               const pleach::openmp& exec);

/// Solves for the rows that --freeze-rows keeps, and for the books if they are codewords, saves them alone, with the biases, and
/// reads the model back into `out`, whose rows have a column for biases if there are any. *Throws:* usage_error,
/// std::filesystem::filesystem_error, and as freeze_image.
frozen_file save_solved_rows(const run_context& all, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                             const item_biases& biases, const std::filesystem::path& path, pleach::matrix_view<float> out);

/// Saves the table and reads it back into `out`. *Throws:* std::filesystem::filesystem_error.
frozen_file save_frozen(const pleach::frozen::image& table, const std::filesystem::path& path, pleach::matrix_view<float> out);

/// Saves the table, the first of `images`, with ids, and the biases, if there are any, as biases.frozen beside it; reads both back
/// into `out`, whose last column is then that of the biases.
frozen_file save_with_biases(const run_context& all, std::vector<pleach::frozen::image> images, const item_biases& biases,
                             const std::filesystem::path& path, pleach::matrix_view<float> out);

/// Saves the items of matrix factorization in the format of --freeze, and what folds users in; reads the rows of both back into
/// `scored`, of which the first `dim` columns are those of the table and a further one, if any, that of biases.
frozen_file save_folding(const run_context& all, std::size_t dim, pleach::matrix_view<float> scored);

/// Whether --freeze names codewords.
[[nodiscard]] bool is_coded(const options& chosen);

/// Whether entities share the rows of a table, or their rows are computed from codes.
template <class Table>
inline constexpr bool has_parts =
    !std::is_same_v<pleach::frozen::form_of<pleach::frozen::nested_rows, Table>, pleach::frozen::nested_rows>;
template <class Table>
inline constexpr bool has_parts<two_sides<Table>> = has_parts<Table>;

/// The format, or that of the table itself where it has one and none is named.
template <class Table>
[[nodiscard]] std::string own_format(const Table& table, const std::string& kind) {
    if (kind != "auto" && kind != smallest_format) return kind;
    if constexpr (std::is_same_v<Table, quantized_rows>) return format_of(table.code().which());
    if constexpr (std::is_same_v<Table, coded_sides>) return std::string(format_of_books);
    return kind;
}

/// The trained table in the format, part by part: users and items are two images if they are two tables, otherwise one.
template <class Table>
std::vector<pleach::frozen::image> freeze_table(const Table& table, row_format format, const pleach::openmp& exec) {
    format.kind = own_format(table, format.kind);
    std::vector<pleach::frozen::image> images;
    const auto freeze_part = [&](const auto& part) {
        using id_type = typename std::remove_cvref_t<decltype(part)>::id_type;
        const auto read = [&part](std::uint32_t id, std::span<float> out) { part.lookup(static_cast<id_type>(id), out); };
        return freeze_image({part.size(), part.dim(), read}, format, exec);
    };
    const auto freeze = [&](const auto& whole) { images.push_back(pleach::freeze_parts(whole, freeze_part)); };
    if constexpr (std::is_same_v<Table, coded_sides>) {
        for (const auto* side : {&table.users(), &table.items()})
            if (format.kind == format_of_books)  // with one scale, so that rows are summed fast
                images.push_back(pleach::freeze<pleach::frozen::coded_rows<pleach::sum>>(*side, exec));
            else
                freeze(*side);
    } else {
        freeze(table);
    }
    // Rows without values need a bit each.
    if constexpr (pleach::prunable_table<Table>)
        if (format.kind == smallest_format && pleach::count_live_rows(table.mask()) < table.size()) {
            std::vector<pleach::frozen::image> kept;
            kept.push_back(pleach::freeze_kept(table, freeze_part));
            if (bytes_of_files(kept) < bytes_of_files(images)) return kept;
        }
    return images;
}

/// The trained table in the format, and a table of its biases if it has any. In the format "smallest" their bytes are what a run
/// reports: those of the smallest exact files, headers and all, or of the files in the table's own format.
template <class Table>
std::vector<pleach::frozen::image> freeze_model(const model_parameters<Table>& model, const row_format& format,
                                                const pleach::openmp& exec) {
    return with_biases(freeze_table(model.table, format, exec), model.biases, exec);
}

/// What is stored of a model.
template <class Table>
[[nodiscard]] const model_parameters<Table>& stored_part(const model_parameters<Table>& model) noexcept {
    return model;
}
[[nodiscard]] inline model_parameters<coded_sides> stored_part(const model_parameters<refreshed_sides>& model) {
    return {stored_part(model.table), model.biases};
}

/// Writes the files and reports them. `model` is the trained one. *Precondition:* all.chosen.freeze is not empty.
template <class Table, class Encoder>
void freeze_run(const run_context& all, Encoder& encoder, const model_parameters<Table>& model, const csr& known) {
    const Table& table = model.table;
    const std::size_t users = all.data.users, entities = users + all.data.items, dim = table.dim();
    const auto folder = [&](const char* name) { return all.directory.path() / name; };
    const auto measure = [&](pleach::matrix_view<float> rows, frozen_file file) {
        if (all.data.valid.size() > 0)
            file.valid = evaluate(rows, all.data.valid, all.data.train, all.chosen.topk, all.exec).at.front();
        file.test = evaluate(rows, all.data.test, known, all.chosen.topk, all.exec).at.front();
        all.report.frozen(std::move(file));
    };
    pleach::matrix<float> read(entities, model.columns());  // the last column may be that of biases
    const auto freeze_trained = [&](const std::string& kind) {
        return freeze_model(model, {.kind = kind, .seed = all.chosen.seed}, all.exec);
    };
    const auto save_table = [&] {
        return save_with_biases(all, freeze_within(all.chosen, freeze_trained), model.biases, folder("table.frozen"),
                                read.view());
    };
    const auto save_sides = [&](std::vector<pleach::frozen::image> images, std::uint64_t most) {
        std::filesystem::remove(folder("fold.frozen"));  // of another --freeze
        const std::uint64_t ids =
            add_original_ids(all.chosen, all.data, images, {named_rows_of::users, named_rows_of::items}, most);
        const frozen_file of_users = save_frozen(images[0], folder("users.frozen"), read.view().rows_from(0, users));
        frozen_file of_items = save_frozen(images[1], folder("items.frozen"), read.view().rows_from(users, all.data.items));
        of_items.name = "users.frozen and items.frozen";
        of_items.kind = of_users.kind == of_items.kind ? of_users.kind : of_users.kind + " and " + of_items.kind;
        of_items.bytes += of_users.bytes - ids;
        of_items.id_bytes = ids;
        measure(read.view(), std::move(of_items));
    };
    if constexpr (requires { Encoder::is_looking_up; })
        if (all.chosen.freeze_users < 1) {
            encoder.encode_all(table, first_columns(read.view(), dim), all.exec);
            model.biases.write_all(users, read.view());
            frozen_file file = save_folding(all, dim, read.view());
            return measure(read.view(), std::move(file));
        }
    if constexpr (has_parts<Table> && requires { Encoder::is_looking_up; })
        if (all.chosen.freeze_density == 1) {
            if constexpr (std::is_same_v<Table, coded_sides>)
                return save_sides(freeze_within(all.chosen, freeze_trained), all.chosen.bytes);
            frozen_file file = save_table();
            return measure(read.view(), std::move(file));
        }
    pleach::matrix<float> scored(entities, model.columns());
    const auto scored_rows = first_columns(scored.view(), dim);
    // For rows that are propagated after loading, with the graph that they need.
    const auto measure_with_graph = [&](auto& propagating, frozen_file file) {
        file.name = "table.frozen and its graph";
        file.graph_bytes =
            4 * all.data.train.size() + 4 * (users + 1);  // the items of each user, and the offset of each user's first item
        file.bytes += file.graph_bytes;
        const pleach::borrowed_table<float> thawed(first_columns(read.view(), dim));
        propagating.encode_all(thawed, scored_rows, all.exec);
        for (std::size_t n = 0; n < entities; ++n)  // biases, if any
            std::ranges::copy(read.row(n).subspan(dim), scored.row(n).subspan(dim).begin());
        measure(scored.view(), std::move(file));
    };
    const auto save_solved = [&](const bipartite_graph& graph) {
        pleach::gather_all(table, scored_rows, all.exec);
        return save_solved_rows(all, graph, scored_rows, model.biases, folder("table.frozen"), read.view());
    };
    if constexpr (requires { encoder.graph(); })
        if (has_zero_rows(all.chosen) || all.chosen.freeze_users < 1 || all.chosen.freeze_items < 1)
            return measure_with_graph(encoder, save_solved(encoder.graph()));
    encoder.encode_all(table, scored_rows, all.exec);
    model.biases.write_all(users, scored.view());
    const auto freeze_scored = [&](const std::string& given) {
        const bool are_stored = requires { Encoder::is_looking_up; } && all.chosen.freeze_density == 1;
        const std::string kind = are_stored ? own_format(table, given) : given;
        std::vector<pleach::frozen::image> of_sides;
        for (const auto& [first, count] : {std::pair(std::size_t{0}, users), std::pair(users, all.data.items)}) {
            const std::function row = [&, first = first](std::uint32_t id, std::span<float> out) {
                std::ranges::copy(scored.row(first + id), out.begin());
            };
            of_sides.push_back(freeze_image({count, scored.cols(), row},
                                            {.kind = kind, .density = all.chosen.freeze_density, .seed = all.chosen.seed},
                                            all.exec));
        }
        return of_sides;
    };
    if constexpr (requires { Encoder::is_looking_up; })
        save_sides(freeze_within(all.chosen, freeze_scored), all.chosen.bytes);
    else
        save_sides(freeze_scored(all.chosen.freeze), 0);
    if constexpr (requires { encoder.graph(); } && !has_parts<Table>)
        if (is_coded(all.chosen)) return measure_with_graph(encoder, save_solved(encoder.graph()));
    if constexpr (requires { Encoder::is_propagating; }) measure_with_graph(encoder, save_table());
}

}  // namespace support
