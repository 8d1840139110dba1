// SPDX-License-Identifier: Apache-2.0
#include "support/serve/served_table.hpp"

#include "support/serve/dense_factors.hpp"

#include <pleach/frozen/erased_table.hpp>

#include <charconv>

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

scoring_needs needs_of_file(const std::filesystem::path& path) {
    const pleach::mapped_file file = map_input(path);
    std::error_code not_safetensors;
    const auto view =
        pleach::safetensors_view::view(file.bytes(), {.data = pleach::data_checksum::trusted_bytes}, not_safetensors);
    scoring_needs needs;
    if (not_safetensors) return needs;
    const auto found = view.metadata().find("pleach.layers");
    if (found != view.metadata().end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), needs.layers);
    needs.biases = view.metadata().contains("pleach.biases");
    return needs;
}

served_table as_served(dense_factors factors) {
    const std::string kind = factors.describe();
    const auto bytes = factors.mapping();
    return {std::move(factors), kind, bytes};
}

}  // namespace support
