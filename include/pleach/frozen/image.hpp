// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The content of a frozen table, in memory or in a file: named arrays, and metadata that describe them. An `image` owns its
/// arrays and is what freeze() returns; `sections` only refers to arrays, in an image, a mapped file, or any other memory.

#include <pleach/core/detail/aligned_array.hpp>
#include <pleach/table/packed_bytes.hpp>

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// The elements of an array: bytes, counts or floats.
using elements = std::variant<std::span<const std::byte>, std::span<const std::uint32_t>, std::span<const float>>;

/// Metadata and arrays by name; the names of those of a part begin with the part's name and a period.
class sections {
public:
    void add(std::string name, elements data) { arrays_.insert_or_assign(std::move(name), data); }
    void describe(std::string key, std::string value) { metadata_.insert_or_assign(std::move(key), std::move(value)); }

    [[nodiscard]] const auto& arrays() const noexcept { return arrays_; }
    [[nodiscard]] const auto& metadata() const noexcept { return metadata_; }

    /// The metadata value of this key, or an empty string if there is none.
    [[nodiscard]] std::string_view value(const std::string& key) const {
        const auto found = metadata_.find(key);
        return found == metadata_.end() ? std::string_view{} : std::string_view(found->second);
    }
    /// The value as a whole number, or nullopt if it is not one below `limit`.
    [[nodiscard]] std::optional<std::uint64_t> number(const std::string& key, std::uint64_t limit) const {
        const std::string_view text = this->value(key);
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool plain = error == std::errc() && end == text.data() + text.size() && (text.size() == 1 || text[0] != '0');
        return plain && value < limit ? std::optional(value) : std::nullopt;
    }
    /// The array of this name, or nullopt if there is none or its elements are not T.
    template <class T>
    [[nodiscard]] std::optional<std::span<const T>> find(const std::string& name) const {
        const auto found = arrays_.find(name);
        const auto* data = found == arrays_.end() ? nullptr : std::get_if<std::span<const T>>(&found->second);
        return data == nullptr ? std::nullopt : std::optional(*data);
    }

private:
    std::map<std::string, elements, std::less<>> arrays_;
    std::map<std::string, std::string, std::less<>> metadata_;
};

/// Sections that own their arrays. Moving an image does not move the arrays, so spans into them stay valid.
class image {
public:
    image() = default;
    image(image&&) noexcept = default;
    image& operator=(image&&) noexcept = default;

    /// Adds an array of `size` zeros that starts on a cache line; the caller fills it through the span.
    template <class T>
    std::span<T> add(const std::string& name, std::size_t size) {
        pleach::detail::aligned_array<T> memory(size);
        const std::span<T> room(memory.data(), size);
        memory_.emplace_back(std::move(memory));
        sections_.add(name, std::span<const T>(room));
        return room;
    }
    void describe(std::string key, std::string value) { sections_.describe(std::move(key), std::move(value)); }
    /// Takes over all arrays and metadata of another image, with `prefix` before their names.
    void absorb(image other, const std::string& prefix) {
        for (const auto& [name, data] : other.sections_.arrays()) sections_.add(prefix + name, data);
        for (const auto& [key, value] : other.sections_.metadata())
            if (!key.starts_with("pleach.")) sections_.describe(prefix + key, value);  // "pleach." keys describe the whole file
        for (auto& memory : other.memory_) memory_.push_back(std::move(memory));
    }

    [[nodiscard]] const sections& content() const noexcept { return sections_; }
    /// Size of a file of this image without its header: the arrays, each starting at a multiple of 64 bytes.
    [[nodiscard]] std::size_t bytes() const {
        std::vector<std::size_t> sizes;
        for (const auto& one : sections_.arrays())
            sizes.push_back(std::visit([](auto data) { return data.size_bytes(); }, one.second));
        return data_bytes(sizes);
    }

private:
    using owned = std::variant<pleach::detail::aligned_array<std::byte>, pleach::detail::aligned_array<std::uint32_t>,
                               pleach::detail::aligned_array<float>>;
    sections sections_;
    std::vector<owned> memory_;
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
