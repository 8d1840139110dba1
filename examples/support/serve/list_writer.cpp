// SPDX-License-Identifier: Apache-2.0
#include "support/serve/list_writer.hpp"

#include "support/data/id_table.hpp"
#include "support/program/main.hpp"
#include "support/text/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace support {
namespace {

/// An id or title as it was read, so that it can be passed to the program again. Control characters, which would break columns
/// or act on a terminal, are escaped.
std::string shown(const std::string& text) {
    const bool has_control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    return has_control ? printable(text, 4096) : text;
}

}  // namespace

std::string list_writer::title_of(const std::string& item) const {
    const auto found = titles_.find(item);
    return found == titles_.end() ? std::string() : found->second;
}

void list_writer::begin() const {
    if (is_json_) return;
    std::printf("%s\trank\t%s\tscore%s\n", asked_.c_str(), asked_ == "item" ? "similar" : "item",
                titles_.empty() ? "" : "\ttitle");
}

void list_writer::write(const std::string& id, std::span<const pleach::scored<float>> best, const id_table& items) const {
    if (is_json_) {
        auto list = nlohmann::ordered_json::array();
        for (const auto& one : best) {
            const std::string item = items.name(one.id);
            nlohmann::ordered_json entry{{"item", item}, {"score", one.score}};
            if (!titles_.empty()) entry["title"] = title_of(item);
            list.push_back(std::move(entry));
        }
        nlohmann::ordered_json line{{asked_, id}};
        line["items"] = std::move(list);
        // Bytes that are not UTF-8 become the replacement character.
        std::puts(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    } else {
        for (std::size_t rank = 0; rank < best.size(); ++rank) {
            const std::string item = items.name(best[rank].id);
            std::printf("%s\t%zu\t%s\t%.6g", shown(id).c_str(), rank + 1, shown(item).c_str(),
                        static_cast<double>(best[rank].score));
            if (!titles_.empty()) std::printf("\t%s", shown(title_of(item)).c_str());
            std::putchar('\n');
        }
    }
    if (std::ferror(stdout) != 0) throw output_lost();  // nobody reads the rest
}

}  // namespace support
