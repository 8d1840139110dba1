// SPDX-License-Identifier: Apache-2.0
#include <pleach/io/open_any.hpp>

int main() {
    try {
        static_cast<void>(pleach::open_any("no such file"));
    } catch (const std::filesystem::filesystem_error& error) {
        return error.code() == std::errc::no_such_file_or_directory ? 0 : 1;
    }
    return 2;
}
