// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A file without a disk, for readers that want a path.

#include "files/fuzz/targets.hpp"

#include <filesystem>

#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

class memory_file {
public:
    explicit memory_file(std::string_view text) : file_(::memfd_create("input", MFD_CLOEXEC)) {
        require(file_ >= 0 && ::write(file_, text.data(), text.size()) == static_cast<::ssize_t>(text.size()),
                "a file in memory can be written");
    }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;
    ~memory_file() { ::close(file_); }

    [[nodiscard]] std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

private:
    int file_;
};

/// A refusal is one line of plain text that says what was found, what was expected, and what to do.
inline void require_refusal(std::string_view sentence) {
    for (const std::string_view part : {": found ", ", expected ", "; "})
        require(sentence.find(part) != std::string_view::npos,
                "a refusal says what was found, what was expected and what to do");
    for (const char c : sentence)
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a refusal has no control characters");
}

}  // namespace fuzz
