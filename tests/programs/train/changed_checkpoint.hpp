// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checkpoints with a value that no run writes, and with checksums that fit.

#include "support/catch.hpp"
#include "support/text/error.hpp"

#include <pleach/io/tensor/safetensors.hpp>

#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace tests {

/// Element `index` of an array of a checkpoint, or of its mask words and counters, becomes this.
template <class T>
void change(const std::filesystem::path& path, const std::string& array, std::size_t index, T value) {
    std::deque<std::vector<std::byte>> arrays;
    pleach::safetensors_writer writer;
    {
        const pleach::safetensors_file file = pleach::safetensors_file::open(path);
        for (const auto& [key, text] : file->metadata()) {
            if (!key.ends_with("_xxh3")) writer.metadata(key, text);
        }
        for (const pleach::tensor_info& tensor : file->tensors()) {
            const auto bytes = file->bytes(tensor);
            auto& copy = arrays.emplace_back(bytes.begin(), bytes.end());
            if (tensor.name == array) std::memcpy(copy.data() + index * sizeof(T), &value, sizeof(T));
            writer.add(tensor.name, tensor.type, tensor.shape, copy);
        }
    }
    writer.save(path);
}

/// Calls resume(path) for every array of the checkpoint, each with one value that no run writes: what is not finite, a second
/// moment below 0, a bit beyond the width of a mask, a position, row or counter of 2^63 or so. Returns what was not refused with a
/// sentence that names the array.
template <class Resume>
[[nodiscard]] std::vector<std::string> accepted_changes(const std::filesystem::path& path, Resume&& resume) {
    std::vector<std::string> accepted;
    const auto original = std::filesystem::path(path.string() + ".original");
    std::filesystem::copy_file(path, original);
    const auto try_change = [&](const std::string& array, std::size_t index, auto value) {
        std::filesystem::copy_file(original, path, std::filesystem::copy_options::overwrite_existing);
        change(path, array, index, value);
        const std::string said = sentence_of<support::input_error>([&] { resume(); });
        if (!contains(said, "'" + array + "'"))
            accepted.push_back(array + "[" + std::to_string(index) + "] = " + std::to_string(value) + ": " + said);
    };
    const pleach::safetensors_file file = pleach::safetensors_file::open(original);
    for (const pleach::tensor_info& tensor : file->tensors()) {
        const std::size_t last = file->bytes(tensor).size() / pleach::size_of(tensor.type) - 1;
        if (tensor.type == pleach::dtype::f32) {
            try_change(tensor.name, last, std::numeric_limits<float>::quiet_NaN());
            try_change(tensor.name, last, -std::numeric_limits<float>::infinity());
            if (tensor.name.ends_with("second_moments")) try_change(tensor.name, last, -1e-9F);
        } else if (tensor.name.ends_with(".mask")) {
            try_change(tensor.name, last, ~std::uint64_t{0});
        } else if (tensor.name.starts_with("optimizer.") || tensor.name.ends_with(".rows")) {
            try_change(tensor.name, last, std::uint64_t{1} << 63);
        } else {
            // As a double that is infinity, as a count beyond any.
            for (std::size_t i = 0; i <= last; ++i) try_change(tensor.name, i, std::numeric_limits<double>::infinity());
        }
    }
    std::filesystem::copy_file(original, path, std::filesystem::copy_options::overwrite_existing);
    return accepted;
}

}  // namespace tests
