// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the arrays of a safetensors file from borrowed bytes.
///
/// Making a view checks everything: names, types, sizes, offsets, padding, and checksums if the file has any. Only names and
/// metadata are copied, and no allocation is larger than the bytes themselves justify. Source:
/// https://github.com/huggingface/safetensors, section Format.

#include <pleach/io/tensor/detail/safetensors_layout.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// The arrays and metadata of a safetensors file. Invariant: `tensors()` describes the bytes correctly. Copies share the
/// bytes, and none may outlive them.
class safetensors_view {
public:
    /// A view without arrays.
    safetensors_view() = default;

    /// Checks `file`, the bytes of a whole file. On failure sets `error` and returns a view without arrays.
    ///
    /// *Precondition:* the bytes outlive the view and its copies, and do not change.
    /// *Complexity:* linear in the header; with checksums and `data_checksum::verify`, in the file.
    /// *Throws* std::bad_alloc only.
    [[nodiscard]] static safetensors_view view(std::span<const std::byte> file, const read_limits& limits,
                                               std::error_code& error) {
        return detail::read_or_tell<safetensors_view>(
            error, [&](auto& result) { return detail::check_safetensors(file, limits, result.contents_); });
    }

    /// As above. *Throws* std::filesystem::filesystem_error that says what is wrong and where.
    [[nodiscard]] static safetensors_view view(std::span<const std::byte> file, const read_limits& limits = {}) {
        return detail::read_or_throw<safetensors_view>(
            {}, [&](auto& result) { return detail::check_safetensors(file, limits, result.contents_); });
    }

    /// The arrays in the order of their bytes, without those that are padding.
    [[nodiscard]] const std::vector<tensor_info>& tensors() const noexcept { return contents_.tensors; }

    /// The metadata, without the checksums.
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& metadata() const noexcept {
        return contents_.metadata;
    }

    /// The size of the whole file, header included.
    [[nodiscard]] std::size_t file_bytes() const noexcept { return contents_.file_bytes; }

    /// The path of the file, if it was opened by a path; for messages.
    [[nodiscard]] const std::filesystem::path& origin() const noexcept { return origin_; }

    /// The array of this name, or nullptr. *Complexity:* logarithmic in the number of arrays.
    [[nodiscard]] const tensor_info* find(std::string_view name) const {
        const auto name_at = [this](std::size_t i) -> std::string_view { return contents_.tensors[i].name; };
        const auto found = std::ranges::lower_bound(contents_.by_name, name, {}, name_at);
        return found != contents_.by_name.end() && name_at(*found) == name ? &contents_.tensors[*found] : nullptr;
    }

    /// The bytes of an array. *Precondition:* `tensor` came from this view or a copy of it.
    [[nodiscard]] std::span<const std::byte> bytes(const tensor_info& tensor) const {
        return contents_.data.subspan(static_cast<std::size_t>(tensor.begin),
                                      static_cast<std::size_t>(tensor.end - tensor.begin));
    }

    /// The array of this name, which must have this shape if one is given.
    ///
    /// *Throws* std::filesystem::filesystem_error that says what was found.
    [[nodiscard]] const tensor_info& require(std::string_view name,
                                             const std::optional<std::vector<std::uint64_t>>& shape = std::nullopt) const {
        const tensor_info* tensor = nullptr;
        if (const auto failure = locate(name, shape, tensor)) {
            failure.raise(origin_);
        }
        return *tensor;
    }

    /// The elements of the array `name`, which must be of type T, aligned for T, and of this shape if one is given. In files
    /// that pleach wrote every array is aligned, provided that the file itself is (memory mappings are). On failure sets
    /// `error` and returns an empty span.
    template <stored_element T>
    [[nodiscard]] std::span<const T> as(std::string_view name, std::optional<std::vector<std::uint64_t>> shape,
                                        std::error_code& error) const {
        return detail::read_or_tell<std::span<const T>>(error, [&](auto& result) { return get(name, shape, result); });
    }

    /// As above. *Throws* std::filesystem::filesystem_error that says what was found.
    template <stored_element T>
    [[nodiscard]] std::span<const T> as(std::string_view name,
                                        std::optional<std::vector<std::uint64_t>> shape = std::nullopt) const {
        return detail::read_or_throw<std::span<const T>>(origin_, [&](auto& result) { return get(name, shape, result); });
    }

private:
    friend class safetensors_file;

    detail::read_failure locate(std::string_view name, const std::optional<std::vector<std::uint64_t>>& shape,
                                const tensor_info*& result) const {
        const tensor_info* tensor = find(name);
        if (tensor == nullptr) {
            return {format_errc::no_such_tensor, "array " + detail::in_quotes(name)};
        }
        if (shape && *shape != tensor->shape) {
            const bool transposed = shape->size() == 2 && tensor->shape.size() == 2 && (*shape)[0] == tensor->shape[1] &&
                                    (*shape)[1] == tensor->shape[0];
            return {transposed ? format_errc::transposed_shape : format_errc::wrong_shape,
                    "array " + detail::in_quotes(name) + ", found " + detail::shape_text(tensor->shape) + ", needed " +
                        detail::shape_text(*shape)};
        }
        result = tensor;
        return {};
    }

    template <stored_element T>
    detail::read_failure get(std::string_view name, const std::optional<std::vector<std::uint64_t>>& shape,
                             std::span<const T>& result) const {
        const tensor_info* tensor = nullptr;
        if (auto failure = locate(name, shape, tensor)) {
            return failure;
        }
        const std::span<const std::byte> raw = bytes(*tensor);
        if (tensor->type != dtype_of<T>) {
            return {format_errc::wrong_dtype, "array " + detail::in_quotes(name) + ", found " +
                                                  std::string(name_of(tensor->type)) + ", needed " +
                                                  std::string(name_of(dtype_of<T>))};
        }
        if (!raw.empty() && reinterpret_cast<std::uintptr_t>(raw.data()) % alignof(T) != 0) {
            return {format_errc::misaligned, "array " + detail::in_quotes(name)};
        }
        result = {reinterpret_cast<const T*>(raw.data()), raw.size() / sizeof(T)};
        return {};
    }

    detail::safetensors_contents contents_;
    std::filesystem::path origin_;  // for messages
};

}  // namespace PLEACH_ABI
}  // namespace pleach
