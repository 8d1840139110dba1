// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which form a single file has if nobody said: by its name where that decides, else by its first lines. The reason is printed, so
/// that a wrong guess can be seen and overruled.

#include "support/data/interactions.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace support {

struct sniffed {
    data_format format;
    std::string reason;
};

/// What the name or the separator that was asked for says, without a look into the file; nothing if they leave it open.
std::optional<sniffed> sniff_name(const std::filesystem::path& path, const read_options& options);

/// What the first lines say. *Throws:* input_error for a file without any.
sniffed sniff_lines(const text_file& file, const read_options& options);

}  // namespace support
