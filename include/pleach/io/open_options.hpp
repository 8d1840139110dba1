// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a file is opened: where its bytes are, and within which limits.

#include <pleach/io/limits.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// Where the bytes of an opened file are.
enum class open_mode : std::uint8_t {
    map,     ///< mapped, and shared by all processes that map the file; see mapped_file.hpp for files that change
    memory,  ///< copied into this process's memory; later changes to the file have no effect
};

/// Options of open() and open_any().
struct open_options {
    read_limits limits{};
    open_mode mode = open_mode::map;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
