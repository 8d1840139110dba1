// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A directory of its own for a test case, removed at the end.

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <stdlib.h>

namespace tests {

class temporary_directory {
public:
    temporary_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "pleach-test-XXXXXX").native();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("cannot create a temporary directory for a test");
        }
        path_ = name;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

    /// How many entries it has.
    [[nodiscard]] std::size_t size() const {
        std::size_t count = 0;
        for (std::filesystem::directory_iterator it(path_), end; it != end; ++it) {
            ++count;
        }
        return count;
    }

private:
    std::filesystem::path path_;
};

}  // namespace tests
