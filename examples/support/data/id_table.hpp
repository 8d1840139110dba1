// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The two ids of an entity, as the trainers leave them in users.tsv and items.tsv: its row in the table, and what it
/// is called where it comes from.

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
    /// Rows that are called by their numbers, which takes no memory.
    static id_table of_numbers(std::size_t count);
    /// *Throws:* input_error with line and column where the file is not as run/directory.hpp writes it.
    static id_table read(const std::filesystem::path& path);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string name(std::size_t id) const { return names_.empty() ? std::to_string(id) : names_[id]; }
    /// Empty for rows that are called by their numbers.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// The row of an entity, or nothing. *Complexity:* constant on average.
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;

private:
    std::vector<std::string> names_;
    std::size_t size_ = 0;
    token_map ids_;
};

}  // namespace support
