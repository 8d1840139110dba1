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

frozen_file save_kept_rows(const run_context& all, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                           const std::filesystem::path& path, pleach::matrix_view<float> out) {
    constexpr std::size_t steps = 25;  // after these, a step reduces the error by less than 1 %
    const options& chosen = all.chosen;
    const auto kept = choose_rows(graph, chosen.freeze_users, chosen.freeze_items);
    if (kept.empty()) throw usage_error("--freeze-rows keeps no row: give a larger fraction");
    const solved_rows solved = solve_rows(graph, trained, chosen.layers, kept, steps, all.exec);
    pleach::matrix<float> rows(trained.rows(), trained.cols());
    for (std::size_t k = 0; k < kept.size(); ++k) std::ranges::copy(solved.rows.row(k), rows.row(kept[k]).begin());
    const auto freeze_rows = [&](const auto& part) {
        const auto read = [&part](std::uint32_t id, std::span<float> row) { part.lookup(id, row); };
        return freeze_image({part.size(), part.dim(), read}, chosen.freeze, 1, all.exec);
    };
    const pleach::borrowed_table<float> table(rows.view());
    frozen_file file = save_frozen(pleach::freeze_kept(table, freeze_rows), path, out);
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
