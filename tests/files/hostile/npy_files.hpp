// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small npy files, right and wrong, and what the reader says about them.

#include <pleach/io/tensor/npy.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace tests {

/// An npy file of version 1.0 with this dictionary, padded as numpy.save pads it.
inline std::string npy_of(const std::string& dictionary, const std::string& data = {}) {
    std::string header = dictionary;
    header.append((64 - (10 + header.size() + 1) % 64) % 64, ' ').push_back('\n');
    return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size() & 255U) + static_cast<char>(header.size() >> 8U) +
           header + data;
}

/// The dictionary that numpy.save writes.
inline std::string npy_dictionary(const std::string& descr, const std::string& shape,
                                  const std::string& fortran_order = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }";
}

inline std::string npy_of(const std::string& descr, const std::string& shape, const std::string& data,
                          const std::string& fortran_order = "False") {
    return npy_of(npy_dictionary(descr, shape, fortran_order), data);
}

/// What the reader says. The bytes are copied to memory of exactly their size, so that address sanitizers see the first
/// byte read beyond it.
inline std::error_code npy_code(const std::string& file, const pleach::read_limits& limits = {}) {
    const auto exact = std::make_unique<std::byte[]>(file.size());
    std::memcpy(exact.get(), file.data(), file.size());
    std::error_code error;
    static_cast<void>(pleach::view_npy({exact.get(), file.size()}, limits, error));
    return error;
}

template <class T>
std::string bytes_of(std::initializer_list<T> elements) {
    std::string text(elements.size() * sizeof(T), '\0');
    std::memcpy(text.data(), std::data(elements), text.size());
    return text;
}

/// The same elements of this many bytes each, their bytes reversed.
inline std::string swapped(std::string data, std::size_t size) {
    for (std::size_t i = 0; i < data.size(); i += size) {
        std::reverse(data.begin() + static_cast<std::ptrdiff_t>(i), data.begin() + static_cast<std::ptrdiff_t>(i + size));
    }
    return data;
}

}  // namespace tests
