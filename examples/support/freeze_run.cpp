// SPDX-License-Identifier: Apache-2.0
#include "support/freeze_run.hpp"

#include "support/served_table.hpp"
#include "support/shrink.hpp"

namespace support {

frozen_file freeze_rows(const row_source& rows, const std::string& kind, double density, const std::filesystem::path& path,
                        pleach::matrix_view<float> out, const pleach::openmp& exec) {
    const shrink_request asked{.bytes = {}, .density = density, .kind = kind == "auto" ? "" : kind, .tolerance = 0};
    const shrink_plan plan = plan_shrink(rows.size(), rows.dim(), asked);
    const auto best = shrink(rows, plan, asked, path.native(), exec);
    pleach::save(best.frozen, path);
    const auto file = served_table::open({path, {}});
    for (std::size_t i = 0; i < file.size(); ++i) file.lookup(static_cast<std::uint32_t>(i), out.row(i));
    return {.name = path.filename().native(), .kind = file.kind(), .bytes = file.mapping().size(), .graph_bytes = 0, .test = {}};
}

}  // namespace support
