// SPDX-License-Identifier: Apache-2.0
#include "support/text/cursor.hpp"

#include "support/text/gzip.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace support {
namespace {

void require_readable(const std::string& name, const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    const std::string_view wanted = "a regular text file";
    switch (status.type()) {
        case std::filesystem::file_type::regular:
            return;
        case std::filesystem::file_type::not_found:
            fail_input({name}, "no such file", wanted, "check the path");
        case std::filesystem::file_type::directory:
            fail_input({name}, "a directory", wanted, "name a file inside it");
        case std::filesystem::file_type::none:
            fail_input({name}, "an error (" + error.message() + ")", wanted, "check the path and its permissions");
        default:
            fail_input({name}, "a device, pipe or socket", wanted, "copy its contents into a file first");
    }
}

std::string read_bytes(const std::string& name, const std::filesystem::path& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file) {
        const std::error_code error(errno, std::generic_category());
        fail_input({name}, "an error on opening (" + error.message() + ")", "a readable file", "check its permissions");
    }
    std::string bytes(static_cast<std::size_t>(std::filesystem::file_size(path)), '\0');
    std::size_t size = 0;
    for (;;) {  // a file may grow while it is read
        const std::size_t got = std::fread(bytes.data() + size, 1, bytes.size() - size, file.get());
        size += got;
        if (std::ferror(file.get()))
            throw std::filesystem::filesystem_error("reading failed after " + std::to_string(size) + " bytes", path,
                                                    std::error_code(errno, std::generic_category()));
        if (size < bytes.size()) break;
        bytes.resize(bytes.size() + 4096);
    }
    bytes.resize(size);
    return bytes;
}

void require_text(const std::string& name, std::string_view bytes) {
    const auto starts = [&](std::string_view mark) { return bytes.starts_with(mark); };
    const std::string_view wanted = "plain text in UTF-8, or any superset of ASCII";
    if (starts("PK\x03\x04")) fail_input({name}, "a zip archive", wanted, "unpack it first");
    if (starts(std::string_view("\xff\xfe\0\0", 4)) || starts(std::string_view("\0\0\xfe\xff", 4)))
        fail_input({name}, "UTF-32 text", wanted, "convert it, for example with iconv -f UTF-32 -t UTF-8");
    if (starts("\xff\xfe") || starts("\xfe\xff"))
        fail_input({name}, "UTF-16 text", wanted, "convert it, for example with iconv -f UTF-16 -t UTF-8");
    const std::size_t nul = bytes.find('\0');
    if (nul == std::string_view::npos) return;
    const std::string_view before = bytes.substr(0, nul);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const std::size_t column = nul - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    fail_input({name, line, column}, "a NUL byte at offset " + std::to_string(nul), wanted,
               nul < 2 ? "if this is UTF-16, convert it, for example with iconv -f UTF-16 -t UTF-8"
                       : "check that the file was copied whole");
}

}  // namespace

text_file::text_file(const std::filesystem::path& path) : text_file(path, true) {}
text_file text_file::of_any_bytes(const std::filesystem::path& path) { return {path, false}; }

text_file::text_file(const std::filesystem::path& path, bool is_text) : name_(path.string()) {
    require_readable(name_, path);
    bytes_ = read_bytes(name_, path);
    if (is_text && is_gzip(bytes_)) bytes_ = unpack_gzip(bytes_, name_);
    if (is_text) require_text(name_, bytes_);
    if (bytes_.starts_with("\xef\xbb\xbf")) begin_ = 3;
}

}  // namespace support
