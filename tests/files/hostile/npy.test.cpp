// SPDX-License-Identifier: Apache-2.0

// npy files that are wrong, by the numbers of the catalogue in docs/reliability.md.

#include "files/hostile/npy_files.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace npy_test {

using namespace tests;
using pleach::format_errc;

namespace {

const std::string two_floats = bytes_of({1.5F, -2.0F});
const std::string good = npy_of("<f4", "(1, 2)", two_floats);
const std::error_code accepted;

std::error_code dictionary(const std::string& text) { return npy_code(npy_of(text, two_floats)); }
std::error_code shape(const std::string& text) { return npy_code(npy_of("<f4", text, two_floats)); }
std::error_code descr(const std::string& text) { return npy_code(npy_of(text, "(1, 2)", two_floats)); }

}  // namespace

TEST_CASE("N1: another magic, or a version that does not exist, is refused") {
    REQUIRE(npy_code(good) == accepted);
    REQUIRE(npy_code("") == format_errc::not_npy);
    REQUIRE(npy_code("\x93NUMPX" + good.substr(6)) == format_errc::not_npy);
    for (const std::string& version : {std::string("\0\0", 2), std::string("\4\0", 2), std::string("\1\1", 2)}) {
        REQUIRE(npy_code(good.substr(0, 6) + version + good.substr(8)) == format_errc::npy_version);
    }
}

TEST_CASE("N2: a header beyond the file or the limit is refused before it is read") {
    std::string long_header = good;
    long_header[9] = '\x7f';
    REQUIRE(npy_code(long_header) == format_errc::header_beyond_file);
    std::string huge = good;
    huge[6] = '\2';
    huge.replace(8, 4, "\xff\xff\xff\xff");
    REQUIRE(npy_code(huge) == format_errc::npy_header_over_limit);
    for (const std::size_t spaces : {0U, 1U, 2U}) {
        const std::string text = npy_dictionary("<f4", "(1, 2)") + std::string(200 + spaces, ' ');
        const std::string file = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(text.size() & 255U) +
                                 static_cast<char>(text.size() >> 8U) + text + two_floats;
        const std::uint64_t limit = text.size() - spaces + 1;
        REQUIRE(npy_code(file, {.npy_header_bytes = limit}) ==
                (spaces < 2 ? accepted : make_error_code(format_errc::npy_header_over_limit)));
    }
}

TEST_CASE("N3: a header that is not the one dictionary is refused") {
    for (const char* text : {"",
                             "{",
                             "{}",
                             "[]",
                             "()",
                             "{'descr': '<f4', 'fortran_order': False}",
                             "{'descr': '<f4', 'shape': (1, 2)}",
                             "{'fortran_order': False, 'shape': (1, 2)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), 'extra': 1}",
                             "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} x",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)",
                             "{'descr': '<f4' 'fortran_order': False, 'shape': (1, 2)}",
                             "{'descr' '<f4', 'fortran_order': False, 'shape': (1, 2)}",
                             "{descr: '<f4', 'fortran_order': False, 'shape': (1, 2)}",
                             "{'descr': '<f4', 'fortran_order': false, 'shape': (1, 2)}",
                             "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 2)}",
                             "{,'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}",
                             "{'descr': '<f4',, 'fortran_order': False, 'shape': (1, 2)}",
                             "{'descr': '<f4', # comment\n 'fortran_order': False, 'shape': (1, 2)}",
                             "{'d\\x65scr': '<f4', 'fortran_order': False, 'shape': (1, 2)}"}) {
        CAPTURE(text);
        REQUIRE(dictionary(text) == format_errc::npy_header_malformed);
    }
    REQUIRE(dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}") == accepted);
}

TEST_CASE("N4: code in a header is refused, as is nesting of any depth") {
    for (const std::string& text :
         {std::string("__import__('os').system('true')"),
          std::string("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1, 2)}"),
          std::string("{'descr': '<f4', 'fortran_order': not True, 'shape': (1, 2)}"),
          std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (1 + 0, 2)}"), std::string(60'000, '('),
          std::string(60'000, '{'), "{'descr': '<f4', 'fortran_order': False, 'shape': " + std::string(50'000, '(') + "}"}) {
        REQUIRE(dictionary(text) == format_errc::npy_header_malformed);
    }
}

TEST_CASE("N5 and N12: objects and structured arrays are refused by name") {
    REQUIRE(descr("|O") == format_errc::npy_pickle);
    REQUIRE(descr("|O8") == format_errc::npy_pickle);
    REQUIRE(dictionary("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}") == format_errc::npy_structured);
    for (const char* type : {"", "<", "f4", "<f3", "<f16", "=f4", "|f4", "<c8", "<U4", "|S8", "|V8", "<M8[ns]", "<f4 ", "<<f4",
                             "<F4", "float32"}) {
        CAPTURE(type);
        REQUIRE(descr(type) == format_errc::npy_dtype);
    }
}

TEST_CASE("N8 and N9: shapes that are no shapes, wrap, or ask for what is not there are refused") {
    for (const char* text : {"(-1,)", "(2)", "2", "[2]", "(2, )x", "(,2)", "(2,,1)", "(1 2)", "(2.0,)", "(0x2,)", "(2L,)",
                             "(1_0,)", "('2',)", "(18446744073709551616,)", "(1,(2,))", "(,)"}) {
        CAPTURE(text);
        REQUIRE(shape(text) == format_errc::npy_header_malformed);
    }
    for (const char* text : {"(9223372036854775808, 4)", "(4294967296, 4294967296)", "(4611686018427387905,)",
                             "(18446744073709551615, 18446744073709551615, 0)"}) {
        CAPTURE(text);
        REQUIRE(shape(text) == format_errc::size_overflow);
    }
    for (const char* text : {"(9223372036854775807, 1, 0)", "(0,)"}) {
        REQUIRE(shape(text) == format_errc::trailing_bytes);
    }
    for (const char* text : {"(65536, 65536)", "(3,)", "(1152921504606846976,)"}) {
        CAPTURE(text);
        REQUIRE(shape(text) == format_errc::data_truncated);
    }
    for (const char* text : {"(2,)", "(2, 1)", "(1, 2,)", "(2, 1, 1, 1, 1, 1, 1, 1)"}) {
        REQUIRE(shape(text) == accepted);
    }
    REQUIRE(shape("(2, 1, 1, 1, 1, 1, 1, 1, 1)") == format_errc::rank_over_limit);
    REQUIRE(shape("(1, 1)") == format_errc::trailing_bytes);
    REQUIRE(shape("()") == format_errc::trailing_bytes);
}

TEST_CASE("N10: an npy file cut at any length, or longer by a byte, is refused") {
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        REQUIRE(npy_code(good.substr(0, size)) != accepted);
    }
    REQUIRE(npy_code(good + '\0') == format_errc::trailing_bytes);
}

TEST_CASE("N13: archives are refused by name") {
    REQUIRE(npy_code("PK\3\4" + std::string(60, '\0')) == format_errc::npy_archive);
    REQUIRE(npy_code("PK\5\6" + std::string(18, '\0')) == format_errc::npy_archive);
}

TEST_CASE("whatever one byte of an npy file is replaced by, what is accepted can be used") {
    std::string file = good;
    std::size_t used = 0;
    for (char& byte : file) {
        const char before = byte;
        for (int change = 1; change < 256; ++change) {
            byte = static_cast<char>(before ^ change);
            std::error_code error;
            const auto array = pleach::view_npy(std::as_bytes(std::span(file)), {}, error);
            if (error) {
                REQUIRE(array.bytes.empty());
                continue;
            }
            ++used;
            REQUIRE(array.bytes.size() == 8);
            const bool is_number = array.type != pleach::dtype::boolean;
            REQUIRE((!is_number || !pleach::read_npy<double>(array, pleach::conversion::rounding).empty()));
        }
        byte = before;
    }
    REQUIRE(used > two_floats.size() * 255);       // npy has no checksum: changed data is other data
    REQUIRE(used < two_floats.size() * 255 + 20);  // of the header, the byte order and little else may change
}

TEST_CASE("messages about npy files show hostile text harmlessly") {
    const std::string file = npy_of("{'descr': '\x1b[31m\xff', 'fortran_order': False, 'shape': (1,)}");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::view_npy(std::as_bytes(std::span(file))), std::filesystem::filesystem_error,
                                 "\\x1b[31m\\xff");
}

TEST_CASE("npy files that are no files are refused") {
    const temporary_directory directory;
    std::error_code error;
    for (const auto mode : {pleach::open_mode::map, pleach::open_mode::memory}) {
        static_cast<void>(pleach::npy_file::open(directory.path(), mode, {}, error));
        REQUIRE(error == format_errc::not_a_file);
        static_cast<void>(pleach::npy_file::open(directory / "absent", mode, {}, error));
        REQUIRE(error == std::errc::no_such_file_or_directory);
    }
}

}  // namespace npy_test
