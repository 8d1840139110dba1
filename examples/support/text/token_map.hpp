// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names to dense ids, in order of first appearance.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace support {

class token_map {
public:
    /// The id of a name; a new id if the name is new.
    std::uint32_t id_of(std::string_view token) {
        if (const auto known = ids_.find(token); known != ids_.end()) return known->second;
        const auto id = static_cast<std::uint32_t>(names_.size());
        names_.push_back(&ids_.emplace(token, id).first->first);
        return id;
    }

    [[nodiscard]] bool contains(std::string_view token) const { return ids_.find(token) != ids_.end(); }
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view token) const {
        const auto known = ids_.find(token);
        return known == ids_.end() ? std::nullopt : std::optional(known->second);
    }
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

    /// The names by id.
    [[nodiscard]] std::vector<std::string> tokens() const {
        std::vector<std::string> result;
        result.reserve(names_.size());
        for (const std::string* name : names_) result.push_back(*name);
        return result;
    }

private:
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>> ids_;
    std::vector<const std::string*> names_;  // keys of ids_, whose addresses are stable
};

}  // namespace support
