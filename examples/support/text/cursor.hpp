// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text files, held in memory, and a cursor over their lines that knows its position, so that every error can give line and
/// column. Text packed by gzip is unpacked (gzip.hpp). Encodings that would be misread (UTF-16, NUL bytes, lone carriage returns)
/// are refused with an error that says which it is.

#include "support/text/error.hpp"

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

namespace support {

/// The limits of the readers.
struct text_limits {
    std::size_t line_bytes = std::size_t{64} << 20;
    std::size_t items_per_line = std::size_t{1} << 26;
    std::size_t token_bytes = 4096;
    std::size_t columns = 4096;
};

/// The bytes of a text file without its byte order mark.
class text_file {
public:
    /// *Throws:* input_error if the file is missing, not readable, not a regular file, or not text.
    explicit text_file(const std::filesystem::path& path);
    /// As above, but whatever bytes it holds: the end of a file that was being written when the power failed may be zeros.
    [[nodiscard]] static text_file of_any_bytes(const std::filesystem::path& path);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string_view text() const noexcept { return std::string_view(bytes_).substr(begin_); }

private:
    text_file(const std::filesystem::path& path, bool is_text);

    std::string name_;
    std::string bytes_;
    std::size_t begin_ = 0;
};

/// Lines of a text_file in order, without their ends (LF or CR LF). The file must outlive the cursor.
class text_cursor {
public:
    explicit text_cursor(const text_file& file, const text_limits& limits = {})
        : name_(file.name()), rest_(file.text()), limits_(limits) {}

    /// Moves to the next line; false at the end.
    bool next() {
        if (rest_.empty()) return false;
        ++number_;
        const std::size_t end = rest_.find('\n');
        line_ = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (end != std::string_view::npos && line_.ends_with('\r')) line_.remove_suffix(1);
        if (line_.size() > limits_.line_bytes)
            fail(line_, "a line of " + std::to_string(line_.size()) + " bytes", "at most " + std::to_string(limits_.line_bytes),
                 "check that this is a text file with one record per line");
        if (const void* lone = std::memchr(line_.data(), '\r', line_.size()))
            fail(line_.substr(static_cast<std::size_t>(static_cast<const char*>(lone) - line_.data())),
                 "a carriage return without a line feed", "lines that end in LF or CR LF",
                 "convert the line ends, for example with tr '\\r' '\\n'");
        return true;
    }

    [[nodiscard]] std::string_view line() const noexcept { return line_; }
    [[nodiscard]] std::size_t number() const noexcept { return number_; }
    [[nodiscard]] const std::string& file() const noexcept { return name_; }
    [[nodiscard]] const text_limits& limits() const noexcept { return limits_; }

    /// Throws an input_error at the first byte of `part`, which is a part of this line, possibly empty at its end.
    [[noreturn]] void fail(std::string_view part, std::string_view found, std::string_view expected,
                           std::string_view advice) const {
        fail_input({name_, number_, static_cast<std::size_t>(part.data() - line_.data()) + 1}, found, expected, advice);
    }

private:
    const std::string& name_;
    std::string_view rest_;
    std::string_view line_;
    std::size_t number_ = 0;
    text_limits limits_;
};

/// The text without the spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return text.substr(text.size());
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// A part of a line, quoted for messages.
inline std::string in_quotes(std::string_view text) { return "'" + printable(text) + "'"; }

}  // namespace support
