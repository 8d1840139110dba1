// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a frozen table is made of, before it is a file and after: named arrays, and metadata about them. An image owns them, as
/// freeze() returns it; `sections` refers to them, in an image, in a mapped file, or anywhere else.

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

/// Metadata and arrays by name; those of a part of a composed table begin with the part's name and a point.
class sections {
public:
    void add(std::string name, elements data) { arrays_.insert_or_assign(std::move(name), data); }
    void describe(std::string key, std::string value) { metadata_.insert_or_assign(std::move(key), std::move(value)); }

    [[nodiscard]] const auto& arrays() const noexcept { return arrays_; }
    [[nodiscard]] const auto& metadata() const noexcept { return metadata_; }

    /// The metadata of this key, or an empty text.
    [[nodiscard]] std::string_view value(const std::string& key) const {
        const auto found = metadata_.find(key);
        return found == metadata_.end() ? std::string_view{} : std::string_view(found->second);
    }
    /// The same as a whole number, if it is one below `limit`.
    [[nodiscard]] std::optional<std::uint64_t> number(const std::string& key, std::uint64_t limit) const {
        const std::string_view text = this->value(key);
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool plain = error == std::errc() && end == text.data() + text.size() && (text.size() == 1 || text[0] != '0');
        return plain && value < limit ? std::optional(value) : std::nullopt;
    }
    /// The array of this name, if there is one of these elements.
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

/// Arrays that own themselves. Moving an image leaves them where they are.
class image {
public:
    image() = default;
    image(image&&) noexcept = default;
    image& operator=(image&&) noexcept = default;

    /// Room for `size` elements on a cache line, zero at first, to be filled before anybody reads them.
    template <class T>
    std::span<T> add(const std::string& name, std::size_t size) {
        pleach::detail::aligned_array<T> memory(size);
        const std::span<T> room(memory.data(), size);
        memory_.emplace_back(std::move(memory));
        sections_.add(name, std::span<const T>(room));
        return room;
    }
    void describe(std::string key, std::string value) { sections_.describe(std::move(key), std::move(value)); }
    /// Takes over all that another image has, with this before the names.
    void absorb(image other, const std::string& prefix) {
        for (const auto& [name, data] : other.sections_.arrays()) sections_.add(prefix + name, data);
        for (const auto& [key, value] : other.sections_.metadata())
            if (!key.starts_with("pleach.")) sections_.describe(prefix + key, value);  // those are the whole file's
        for (auto& memory : other.memory_) memory_.push_back(std::move(memory));
    }

    [[nodiscard]] const sections& content() const noexcept { return sections_; }
    /// Bytes of the data of a file: the arrays, each from a multiple of 64 on.
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
