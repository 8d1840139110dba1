// SPDX-License-Identifier: Apache-2.0
#include "support/train/freeze_run.hpp"

#include "support/model/fold_in.hpp"
#include "support/model/solve_books.hpp"
#include "support/model/solve_rows.hpp"
#include "support/serve/coded_format.hpp"
#include "support/serve/served_table.hpp"
#include "support/serve/shrink.hpp"

namespace support {

namespace {

std::optional<coded_format> coded_of(const std::string& kind) { return parse_coded(kind, "--freeze"); }

/// Codewords for these rows, the ones that are kept. --freeze-sweeps says how often they are shaped; those of turned rows are
/// fitted to the rows alone.
pleach::frozen::image freeze_through(const run_context& all, const bipartite_graph& graph,
                                     pleach::matrix_view<const float> trained, std::span<const std::uint32_t> kept,
                                     pleach::matrix_view<const float> rows, const coded_format& format) {
    constexpr std::size_t steps = 15;
    const options& chosen = all.chosen;
    if (format.is_rotated) return freeze_coded(rows, format, chosen.seed, all.exec);
    return with_codes(rows, format, chosen.seed, all.exec, [&](auto table) {
        if (chosen.freeze_sweeps > 0) {
            table = shape_codes(graph, trained, chosen.layers, kept, std::move(table), chosen.freeze_sweeps, all.exec).table;
            table = solve_books(graph, trained, chosen.layers, kept, table, steps, all.exec).table;
        }
        return freeze_codes(table, all.exec);
    });
}

/// What the rows of the file lack after propagation, relative to what the trained ones propagate to.
double error_of_file(const run_context& all, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                     std::span<const std::uint32_t> kept, pleach::matrix_view<const float> read) {
    kept_propagation<pleach::openmp> over(graph, trained, all.chosen.layers, kept, all.exec);
    return over.error_of(over.left_of(selected_rows(read, kept)));
}

}  // namespace

bool is_coded(const options& chosen) { return coded_of(chosen.freeze).has_value(); }

void check_freeze(const options& given) {
    if (given.freeze.empty()) return;
    if (given.out.empty()) throw usage_error("--freeze writes into the run directory: give --out DIR");
    if (given.freeze != "auto" && !is_coded(given)) require_format(given.freeze);
}

pleach::frozen::image freeze_image(const row_source& rows, const row_format& format, const pleach::openmp& exec) {
    if (const auto coded = coded_of(format.kind)) {
        pleach::matrix<float> values(rows.rows, rows.columns);
        for (std::size_t r = 0; r < rows.rows; ++r) rows.read(static_cast<std::uint32_t>(r), values.row(r));
        return freeze_coded(std::as_const(values).view(), *coded, format.seed, exec);
    }
    const shrink_request asked{
        .bytes = {}, .density = format.density, .kind = format.kind == "auto" ? "" : format.kind, .tolerance = 0};
    return shrink(rows, plan_shrink(rows.size(), rows.dim(), asked), asked, "the trained rows", exec).frozen;
}

std::uint64_t bytes_of_files(std::span<const pleach::frozen::image> images) {
    std::uint64_t bytes = 0;
    for (const pleach::frozen::image& one : images) bytes += pleach::writer_of(one).bytes();
    return bytes;
}

std::vector<pleach::frozen::image> freeze_within(
    const options& chosen, const std::function<std::vector<pleach::frozen::image>(const std::string&)>& freeze) {
    std::vector<pleach::frozen::image> images = freeze(chosen.freeze);
    if (chosen.bytes == 0) return images;
    if (chosen.freeze == "auto" && bytes_of_files(images) > chosen.bytes) images = freeze(std::string(smallest_format));
    if (const std::uint64_t bytes = bytes_of_files(images); bytes > chosen.bytes)
        throw usage_error("--freeze " + chosen.freeze + " would take " + grouped(bytes) + " bytes, more than --bytes " +
                          grouped(chosen.bytes) + ": --resume with --freeze auto, or with a format of fewer bytes");
    return images;
}

std::vector<pleach::frozen::image> with_biases(std::vector<pleach::frozen::image> images, const item_biases& biases,
                                               const pleach::openmp& exec) {
    if (biases.is_empty()) return images;
    const auto read = [values = biases.values()](std::uint32_t item, std::span<float> out) { out[0] = values[item]; };
    images.push_back(freeze_image({biases.values().size(), 1, read}, {.kind = std::string(smallest_format)}, exec));
    return images;
}

frozen_file save_solved_rows(const run_context& all, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                             const item_biases& biases, const std::filesystem::path& path, pleach::matrix_view<float> out) {
    constexpr std::size_t steps = 25;  // after these, a step reduces the error by less than 1 %
    const options& chosen = all.chosen;
    auto kept = choose_rows(graph, chosen.freeze_users, chosen.freeze_items);
    if (kept.empty()) throw usage_error("--freeze-rows keeps no row: give a larger fraction");
    const solved_rows solved = solve_rows(graph, trained, chosen.layers, kept, steps, all.exec);
    pleach::matrix<float> rows(trained.rows(), trained.cols());
    for (std::size_t k = 0; k < kept.size(); ++k) std::ranges::copy(solved.rows.row(k), rows.row(kept[k]).begin());
    // As freeze_kept does: a row of zeros needs no bytes.
    std::erase_if(kept, [&](std::uint32_t n) { return std::ranges::all_of(rows.row(n), [](float x) { return x == 0; }); });
    const bool is_whole = kept.size() == rows.rows();
    const auto freeze_kept_rows = [&](const row_source& part, const std::string& kind) {
        const auto coded = coded_of(kind);
        if (!coded) return freeze_image(part, {.kind = kind}, all.exec);
        const auto coded_rows = selected_rows(std::as_const(rows).view(), kept);
        return freeze_through(all, graph, trained, kept, coded_rows.view(), *coded);
    };
    const pleach::borrowed_table<float> table(rows.view());
    auto images = freeze_within(chosen, [&](const std::string& kind) {
        const auto freeze_part = [&](const auto& part) {
            const auto read = [&part](std::uint32_t id, std::span<float> row) { part.lookup(id, row); };
            return freeze_kept_rows({part.size(), part.dim(), read}, kind);
        };
        std::vector<pleach::frozen::image> one;
        one.push_back(is_whole ? pleach::freeze_parts(table, freeze_part) : pleach::freeze_kept(table, freeze_part));
        return with_biases(std::move(one), biases, all.exec);
    });
    frozen_file file = save_with_biases(all, std::move(images), biases, path, out);
    file.kind = (is_whole ? "" : file.kind + " ") + chosen.freeze;
    file.kept_rows = kept.size();
    file.solve_error = solved.error;
    file.file_error = error_of_file(all, graph, trained, kept, first_columns(out, trained.cols()));
    return file;
}

frozen_file save_frozen(const pleach::frozen::image& table, const std::filesystem::path& path, pleach::matrix_view<float> out) {
    pleach::save(table, path);
    const auto file = open_served({path, {}});
    for (std::size_t i = 0; i < file.size(); ++i) file.lookup(static_cast<std::uint32_t>(i), out.row(i));
    return {.name = path.filename().native(),
            .kind = file.kind(),
            .bytes = file.bytes().size(),
            .id_bytes = 0,
            .graph_bytes = 0,
            .kept_rows = 0,
            .solve_error = 0,
            .file_error = 0,
            .valid = {},
            .test = {}};
}

frozen_file save_with_biases(const run_context& all, std::vector<pleach::frozen::image> images, const item_biases& biases,
                             const std::filesystem::path& path, pleach::matrix_view<float> out) {
    const std::size_t items = biases.values().size(), users = out.rows() - items;
    const std::uint64_t ids = add_original_ids(all.chosen, all.data, images, {named_rows_of::both}, all.chosen.bytes);
    frozen_file file = save_frozen(images.front(), path, first_columns(out, out.cols() - biases.columns()));
    file.bytes -= ids;
    file.id_bytes = ids;
    if (biases.is_empty()) return file;
    item_biases read(items);
    const pleach::matrix_view<float> column(read.values().data(), items, 1);
    file.bytes += save_frozen(images[1], std::filesystem::path(path).replace_filename("biases.frozen"), column).bytes;
    read.write_all(users, out);
    return file;
}

frozen_file save_folding(const run_context& all, std::size_t dim, pleach::matrix_view<float> scored) {
    const auto path = [&](const char* name) { return all.directory.path() / name; };
    const std::size_t users = all.data.users;
    const auto of_users = scored.rows_from(0, users), of_items = scored.rows_from(users, all.data.items);
    const auto image_of = [&](pleach::matrix_view<const float> rows, const row_format& format) {
        const auto read = [rows](std::uint32_t r, std::span<float> out) { std::ranges::copy(rows.row(r), out.begin()); };
        return freeze_image({rows.rows(), rows.cols(), read}, format, all.exec);
    };
    const row_format exact{.kind = pleach::frozen::dense_rows<>::kind()};
    pleach::matrix<float> fold(dim, dim);
    auto images = freeze_within(all.chosen, [&](const std::string& kind) {
        std::vector<pleach::frozen::image> both;
        both.push_back(image_of(of_items, {.kind = kind, .density = all.chosen.freeze_density, .seed = all.chosen.seed}));
        both.push_back(image_of(fold.view(), exact));  // takes as many bytes once it is fitted
        return both;
    });
    const std::uint64_t ids = add_original_ids(all.chosen, all.data, images, {named_rows_of::items}, all.chosen.bytes);
    frozen_file file = save_frozen(images[0], path("items.frozen"), of_items);
    file.bytes -= ids;
    file.id_bytes = ids;
    const auto items = first_columns(pleach::matrix_view<const float>(of_items), dim);
    fold = fit_fold_in(first_columns(pleach::matrix_view<const float>(of_users), dim), items, all.data.train);
    file.bytes += save_frozen(image_of(fold.view(), exact), path("fold.frozen"), fold.view()).bytes;
    fold_in(items, all.data.train, std::as_const(fold).view(), first_columns(of_users, dim), all.exec);
    std::filesystem::remove(path("users.frozen"));  // of another --freeze
    file.name = "items.frozen and fold.frozen";
    return file;
}

}  // namespace support
