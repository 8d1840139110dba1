// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A committed corpus, file by file, without a fuzzer; and each file cut short and with one bit changed, at some places of it.

#include <pleach/io/file/read_file.hpp>

#include "files/hostile/mutations.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fuzz {

#ifdef PLEACH_TESTS_DIR
inline const std::filesystem::path tests_folder = PLEACH_TESTS_DIR;
#else
inline const std::filesystem::path tests_folder = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
#endif

/// Gives the target the bytes in memory of exactly their size, so that sanitizers see the first one read beyond it.
template <class Target>
void give(Target target, const std::string& text) {
    const auto exact = std::make_unique<std::byte[]>(text.size());
    std::memcpy(exact.get(), text.data(), text.size());
    target({exact.get(), text.size()});
}

/// Changes about so many bits over the corpus; with `checksums`, once more with checksums that fit.
template <class Target>
void replay(const std::string& name, Target target, std::size_t changes, bool checksums = false) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(tests_folder / "files" / "fuzz" / "corpus" / name))
        files.push_back(entry.path());
    REQUIRE(files.size() >= 20);
    std::ranges::sort(files);
    std::size_t first = 0;
    for (const std::filesystem::path& path : files) {
        INFO(path);
        const pleach::file_bytes content = pleach::read_file(path, 1U << 20U);
        const std::string text(reinterpret_cast<const char*>(content.bytes().data()), content.bytes().size());
        give(target, text);
        give(target, text.substr(0, text.size() / 2));
        const std::size_t step = 1 + text.size() * files.size() / changes;
        for (std::size_t at = first++ % step; at < text.size(); at += step) {
            std::string changed = text;
            changed[at] = static_cast<char>(changed[at] ^ 0x10);
            give(target, changed);
            if (checksums) {
                tests::repair_checksums(changed);
                give(target, changed);
            }
        }
    }
}

}  // namespace fuzz
