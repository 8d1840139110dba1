// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Takes what a writer writes, as text.

#include <cstddef>
#include <span>
#include <string>

namespace tests {

struct string_sink {
    std::string text;
    void write(std::span<const std::byte> bytes) { text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size()); }
};

}  // namespace tests
