// SPDX-License-Identifier: Apache-2.0
#include "support/train/freeze_run.hpp"

#include "support/serve/served_table.hpp"
#include "support/serve/shrink.hpp"

namespace support {

pleach::frozen::image freeze_image(const row_source& rows, const std::string& kind, double density,
                                   const pleach::openmp& exec) {
    const shrink_request asked{.bytes = {}, .density = density, .kind = kind == "auto" ? "" : kind, .tolerance = 0};
    return shrink(rows, plan_shrink(rows.size(), rows.dim(), asked), asked, "the trained rows", exec).frozen;
}

frozen_file save_frozen(const pleach::frozen::image& table, const std::filesystem::path& path, pleach::matrix_view<float> out) {
    pleach::save(table, path);
    const auto file = served_table::open({path, {}});
    for (std::size_t i = 0; i < file.size(); ++i) file.lookup(static_cast<std::uint32_t>(i), out.row(i));
    return {
        .name = path.filename().native(), .kind = file.kind(), .bytes = file.mapping().size(), .graph_bytes = 0, .test = {}};
}

}  // namespace support
