// SPDX-License-Identifier: Apache-2.0
#include <pleach/io/open.hpp>

#include <cstdio>

int main() {
    std::error_code error;
    static_cast<void>(pleach::open<pleach::frozen::bitmap_rows<>>("no such file", error));
    return error == std::errc::no_such_file_or_directory ? 0 : 1;
}
