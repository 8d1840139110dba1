// SPDX-License-Identifier: Apache-2.0
#include "support/train/freeze_run.hpp"

#include "support/model/solve_rows.hpp"
#include "support/serve/served_table.hpp"
#include "support/serve/shrink.hpp"

namespace support {

pleach::frozen::image freeze_image(const row_source& rows, const std::string& kind, double density,
                                   const pleach::openmp& exec) {
    const shrink_request asked{.bytes = {}, .density = density, .kind = kind == "auto" ? "" : kind, .tolerance = 0};
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

frozen_file save_kept_rows(const run_context& all, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                           const std::filesystem::path& path, pleach::matrix_view<float> out) {
    constexpr std::size_t steps = 25;  // after these, a step reduces the error by less than 1 %
    const options& chosen = all.chosen;
    const auto kept = choose_rows(graph, chosen.freeze_users, chosen.freeze_items);
    if (kept.empty()) throw usage_error("--freeze-rows keeps no row: give a larger fraction");
    const solved_rows solved = solve_rows(graph, trained, chosen.layers, kept, steps, all.exec);
    pleach::matrix<float> rows(trained.rows(), trained.cols());
    for (std::size_t k = 0; k < kept.size(); ++k) std::ranges::copy(solved.rows.row(k), rows.row(kept[k]).begin());
    const pleach::borrowed_table<float> table(rows.view());
    const auto images = freeze_within(chosen, [&](const std::string& kind) {
        std::vector<pleach::frozen::image> one;
        one.push_back(pleach::freeze_kept(table, [&](const auto& part) {
            const auto read = [&part](std::uint32_t id, std::span<float> row) { part.lookup(id, row); };
            return freeze_image({part.size(), part.dim(), read}, kind, 1, all.exec);
        }));
        return one;
    });
    frozen_file file = save_frozen(images.front(), path, out);
    file.kind += " " + chosen.freeze;
    file.kept_rows = kept.size();
    file.solve_error = solved.error;
    return file;
}

frozen_file save_frozen(const pleach::frozen::image& table, const std::filesystem::path& path, pleach::matrix_view<float> out) {
    pleach::save(table, path);
    const auto file = served_table::open({path, {}});
    for (std::size_t i = 0; i < file.size(); ++i) file.lookup(static_cast<std::uint32_t>(i), out.row(i));
    return {.name = path.filename().native(),
            .kind = file.kind(),
            .bytes = file.mapping().size(),
            .graph_bytes = 0,
            .kept_rows = 0,
            .solve_error = 0,
            .valid = {},
            .test = {}};
}

}  // namespace support
