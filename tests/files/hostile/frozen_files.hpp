// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen files in memory, and whether they open and what opened can be used.

#include <pleach/io/open.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>

#include "files/hostile/safetensors_files.hpp"
#include "unit/frozen/formats.hpp"

#include <cstring>

namespace tests {

struct aligned_bytes {
    explicit aligned_bytes(const std::string& text) : bytes(text.size()) {
        if (!text.empty()) std::memcpy(bytes.writable().data(), text.data(), text.size());
    }
    pleach::file_bytes bytes;
};

inline std::string file_of_image(const pleach::frozen::image& image) {
    string_sink sink;
    pleach::writer_of(image).write(sink);
    return sink.text;
}

/// Opens, and uses all that opened; whether it did. Values that are stored are numbers; sums and products of them need not be.
template <class Table>
bool opens(const std::string& text) {
    const aligned_bytes file(text);
    std::error_code error;
    const auto table = pleach::open_bytes<Table>(file.bytes.bytes(), error);
    REQUIRE(table.has_value() == !error);
    if (!table) return false;
    REQUIRE(table->dim() > 0);
    // A table of maps alone may have a thousand rows for each byte.
    const std::size_t size = (std::min)(table->size(), std::size_t{1000});
    std::vector<float> row(table->dim()), sum(table->dim());
    bool finite = true;
    for (std::size_t i = 0; i < size; ++i) {
        table->lookup(static_cast<std::uint32_t>(i), row);
        for (const float x : row) finite &= std::isfinite(x);
        if constexpr (requires { table->dot(0U, row); }) {
            table->add_to(sum, static_cast<std::uint32_t>(i), 2);
            static_cast<void>(table->dot(static_cast<std::uint32_t>(i), row));
        }
    }
    if constexpr (requires { Table::kind(); }) REQUIRE(finite);
    const pleach::matrix<float> query(1, table->dim());
    if (table->size() == size) pleach::top_k(*table, query.view(), 3, [](std::size_t, const auto&) {});
    return true;
}

}  // namespace tests
