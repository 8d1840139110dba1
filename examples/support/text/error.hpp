// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Errors of readers: what was found, where, what was expected, and what to do; and how to show bytes from a file safely on a
/// terminal.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

/// A file that cannot be used. The message is `FILE:LINE:COLUMN: found X, expected Y; do Z`, lines and columns from 1,
/// columns in bytes; without `:LINE:COLUMN` if the error concerns the file as a whole.
class input_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The text with everything escaped that is not plain text: control characters and bytes that are not UTF-8 as `\xNN`,
/// backslashes doubled. Texts over `most` bytes are truncated, and marked so.
std::string printable(std::string_view text, std::size_t most = 60);

/// The inverse of `printable`; other backslashes stay as they are.
std::string unprintable(std::string_view text);

/// Like `printable`, but leaves backslashes as they are: for whole sentences from other code, which may quote paths and names
/// from files.
std::string printable_line(std::string_view text);

struct text_place {
    std::string_view file;
    std::size_t line = 0;  // 0: the file as a whole
    std::size_t column = 0;
};

[[noreturn]] inline void fail_input(const text_place& place, std::string_view found, std::string_view expected,
                                    std::string_view advice) {
    std::string message = printable(place.file, 4096);
    if (place.line != 0) message += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
    message.append(": found ").append(found).append(", expected ").append(expected).append("; ").append(advice);
    throw input_error(message);
}

}  // namespace support
