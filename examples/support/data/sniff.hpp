// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Guesses the format of a single file if none was given: by its name if that decides, else by its first lines. The reason is
/// printed, so that a wrong guess can be noticed and overridden.

#include "support/data/interactions.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace support {

struct sniffed {
    data_format format;
    std::string reason;
};

/// The format according to the name or the requested separator, without reading the file; nothing if these do not decide.
std::optional<sniffed> sniff_name(const std::filesystem::path& path, const read_options& options);

/// The format according to the first lines. *Throws:* input_error if there are none.
sniffed sniff_lines(const text_file& file, const read_options& options);

}  // namespace support
