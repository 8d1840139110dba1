// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Lists of items on standard output: lines of tab-separated columns, or one JSON object per list; with titles, if there are any.

#include <pleach/table/ranking.hpp>

#include <span>
#include <string>
#include <unordered_map>

namespace support {

class id_table;

/// How lists are written. `asked` is what a list is for, "user" or "item".
class list_writer {
public:
    list_writer(std::string asked, bool is_json, std::unordered_map<std::string, std::string> titles)
        : asked_(std::move(asked)), is_json_(is_json), titles_(std::move(titles)) {}

    /// The names of the columns, unless lists are JSON.
    void begin() const;
    /// The list for `id`. *Throws:* output_lost if nobody reads the rest.
    void write(const std::string& id, std::span<const pleach::scored<float>> best, const id_table& items) const;

private:
    [[nodiscard]] std::string title_of(const std::string& item) const;

    std::string asked_;
    bool is_json_;
    std::unordered_map<std::string, std::string> titles_;
};

}  // namespace support
