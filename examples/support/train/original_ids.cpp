// SPDX-License-Identifier: Apache-2.0
#include "support/train/original_ids.hpp"

#include "support/train/freeze_run.hpp"

#include <pleach/frozen/add_ids.hpp>

namespace support {

namespace {

/// What ids add to a file: their arrays, gaps between these, and what the header says of them.
std::uint64_t bytes_of_ids(std::span<const std::string> ids) {
    std::size_t text = 0;
    for (const std::string& id : ids) text += id.size();
    return pleach::frozen::data_bytes(std::vector{text, 4 * ids.size(), 4 * ids.size()}) + 1024;
}

}  // namespace

std::uint64_t add_original_ids(const options& chosen, const interactions& data, std::span<pleach::frozen::image> images,
                               std::initializer_list<named_rows_of> whose, std::uint64_t most) {
    if (chosen.freeze_without_ids) return 0;
    const std::uint64_t before = bytes_of_files(images);
    std::vector<std::vector<pleach::frozen::id_group>> groups;
    std::vector<std::vector<std::string>> ids;
    std::uint64_t needed = 0;
    for (const named_rows_of rows : whose) {
        auto& names = ids.emplace_back();
        auto& sorts = groups.emplace_back();
        const auto add = [&](const char* name, const std::vector<std::string>& tokens) {
            sorts.push_back({name, tokens.size()});
            names.insert(names.end(), tokens.begin(), tokens.end());
        };
        if (rows != named_rows_of::items) add("users", data.user_tokens);
        if (rows != named_rows_of::users) add("items", data.item_tokens);
        needed += bytes_of_ids(names);
    }
    if (most > 0 && before + needed > most) return 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        pleach::frozen::add_ids(images[i], groups[i], ids[i]);
        if (groups[i].size() < 2) continue;
        if (chosen.layers > 0) images[i].describe("pleach.layers", std::to_string(chosen.layers));
        if (chosen.item_biases) images[i].describe("pleach.biases", "biases.frozen");
    }
    return bytes_of_files(images) - before;
}

}  // namespace support
