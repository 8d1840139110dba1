// SPDX-License-Identifier: Apache-2.0
#include "support/serve/served_table.hpp"

#include "support/serve/dense_factors.hpp"

#include <pleach/frozen/erased_table.hpp>

namespace support {

served_table open_served(const table_source& source, const pleach::read_limits& limits) {
    {
        const pleach::mapped_file file = map_input(source.path);
        std::error_code not_safetensors;
        const auto view =
            pleach::safetensors_view::view(file.bytes(), {.data = pleach::data_checksum::trusted_bytes}, not_safetensors);
        if (!not_safetensors && view.metadata().contains("pleach.frozen"))
            return pleach::open_any(source.path, {.limits = limits, .mode = {}});
    }
    return as_served(dense_factors::open(source.path, source.array));
}

served_table as_served(dense_factors factors) {
    const std::string kind = factors.describe();
    const auto bytes = factors.mapping();
    return {std::move(factors), kind, bytes};
}

}  // namespace support
