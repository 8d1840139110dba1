// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which form a single file has, when nobody said: by its name where that decides, else by its first lines. The reason
/// is printed, so that a wrong guess can be seen and overruled.

#include "support/data/interactions.hpp"

#include <filesystem>
#include <string>

namespace support {

struct sniffed {
    std::string format;
    std::string reason;
};

sniffed sniff_format(const std::filesystem::path& path, const read_options& options);

}  // namespace support
