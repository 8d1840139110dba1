// SPDX-License-Identifier: Apache-2.0
#include "support/serve/served_table.hpp"

#include <pleach/table/top_k.hpp>

namespace support {

served_table served_table::open(const table_source& source, const pleach::read_limits& limits) {
    served_table result;
    auto file = std::make_shared<const pleach::mapped_file>(map_input(source.path));
    std::error_code not_safetensors;
    const auto view =
        pleach::safetensors_view::view(file->bytes(), {.data = pleach::data_checksum::trusted_bytes}, not_safetensors);
    const auto kind = view.metadata().find("kind");
    const bool is_frozen = !not_safetensors && view.metadata().contains("pleach.frozen") && kind != view.metadata().end();
    const auto open_as = [&]<class Table>(const Table*) {
        std::error_code error;
        auto table = pleach::open_bytes<Table>(file->bytes(), error, limits);
        if (error) throw std::filesystem::filesystem_error("cannot open the frozen table", source.path, error);
        result.table_ = std::move(*table);
        result.kind_ = kind->second;
    };
    if (is_frozen && !pleach::frozen::with_kind(kind->second, open_as))
        open_as(static_cast<const pleach::frozen::nested_rows*>(nullptr));
    if (is_frozen) {
        result.mapping_ = file->bytes();
        result.file_ = std::move(file);
    } else {
        auto& dense = result.table_.emplace<dense_factors>(dense_factors::open(source.path, source.array));
        result.mapping_ = dense.mapping();
        result.kind_ = dense.describe();
    }
    result.visit([&](const auto& table) {
        result.size_ = table.size();
        result.dim_ = table.dim();
    });
    return result;
}

void served_table::rank(pleach::matrix_view<const float> queries, std::span<pleach::best_list<float>> lists,
                        const pleach::excluded_ids& excluded, pleach::executor_ref exec) const {
    visit([&](const auto& table) { pleach::rank(table, queries, lists, excluded, exec); });
}

}  // namespace support
