// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The two ids of each entity, as the trainers write them to users.tsv and items.tsv: its row in the table, and its original id
/// in the data.

#include "support/text/token_map.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

class id_table {
public:
    /// Ids in the order of these names. *Precondition:* no name occurs twice.
    explicit id_table(const std::vector<std::string>& names);
    /// Names rows by their numbers, which takes no memory.
    static id_table of_numbers(std::size_t count);
    /// *Throws:* input_error with line and column if the file is not as run/directory.hpp writes it.
    static id_table read(const std::filesystem::path& path);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string name(std::size_t id) const { return names_.empty() ? std::to_string(id) : names_[id]; }
    /// Empty if rows are named by their numbers.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// The row of an entity, or nothing. *Complexity:* constant on average.
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;

private:
    std::vector<std::string> names_;
    std::size_t size_ = 0;
    token_map ids_;
};

}  // namespace support
