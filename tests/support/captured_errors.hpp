// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a piece of code prints on standard error.

#include "support/temporary_directory.hpp"

#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace tests {

/// Calls print() and returns what it wrote to standard error. Nothing else may write there meanwhile.
template <class Print>
[[nodiscard]] std::string printed_errors(Print&& print) {
    const temporary_directory folder;
    const std::string path = (folder / "errors").string();
    std::fflush(stderr);
    const int before = ::dup(STDERR_FILENO), file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(file, STDERR_FILENO);
    ::close(file);
    const auto put_back = [&] {
        std::fflush(stderr);
        ::dup2(before, STDERR_FILENO);
        ::close(before);
    };
    try {
        print();
    } catch (...) {
        put_back();
        throw;
    }
    put_back();
    return folder.read("errors");
}

}  // namespace tests
