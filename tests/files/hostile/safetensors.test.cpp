// SPDX-License-Identifier: Apache-2.0

// Files that are wrong in one way each, and what the reader says about them. Then files that are wrong in any way: cut
// at every length, and with every byte replaced by every other.

#include <pleach/io/tensor/safetensors.hpp>

#include "files/hostile/safetensors_files.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace safetensors_test {

using namespace tests;
using pleach::format_errc;

TEST_CASE("S1: fewer than 8 bytes") {
    for (std::size_t size = 0; size < 8; ++size) {
        REQUIRE(code(std::string(size, '\2')) == format_errc::file_too_short);
    }
}

TEST_CASE("S2: a header longer than the file") {
    for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{1} << 63U, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
        REQUIRE(code(length_bytes(length) + "{}") == format_errc::header_beyond_file);
    }
    REQUIRE(code(length_bytes(2) + "{}") == accepted);
}

TEST_CASE("S3: a header of no bytes, and one around the limit") {
    REQUIRE(code(length_bytes(0)) == format_errc::header_empty);
    for (const std::uint64_t limit : {99U, 100U, 101U}) {
        const std::error_code error = code(file_of("{}" + std::string(98, ' ')), {.header_bytes = limit});
        REQUIRE((error == format_errc::header_over_limit) == (limit < 100));
        REQUIRE((error == accepted) == (limit >= 100));
    }
    const std::string largest = "{}" + std::string(100'000'000 - 2, ' ');
    REQUIRE(code(file_of(largest), {.header_bytes = ~std::uint64_t{0}}) == accepted);
    REQUIRE(code(file_of(largest + " "), {.header_bytes = ~std::uint64_t{0}}) == format_errc::header_over_limit);
}

TEST_CASE("S4: a header that does not start with a brace") {
    for (const char* header : {" {}", "[]", "\xef\xbb\xbf{}", "null", "\n{}"}) {
        REQUIRE(code(file_of(header)) == format_errc::header_not_object);
    }
}

TEST_CASE("S5: bytes that are not UTF-8") {
    for (const char* name : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
        REQUIRE(named(name) == format_errc::invalid_json);
    }
    REQUIRE(tests::contains(sentence(file_of("{" + entry("\xff", 0, 0) + "}")), "UTF-8"));
    REQUIRE(named("\xe2\x82\xac") == accepted);
}

TEST_CASE("S6: padding other than spaces") {
    REQUIRE(code(file_of("{}   ")) == accepted);
    for (const std::string& padding : {std::string("\0", 1), std::string("\n"), std::string("  \t "), std::string(" x")}) {
        REQUIRE(code(file_of("{}" + padding)) == format_errc::header_padding);
    }
}

TEST_CASE("S7: JSON cut short, with comments, with a trailing comma, or twice") {
    for (const char* header : {"{\"a\":}", "{/**/}", "{//\n}", "{\"__metadata__\":{},}", "{}{}", "{} {}", "{}}", "{\"a\"}",
                               "{'a':{}}", "{\"__metadata__\":{}", "{a:{}}", "{,}"}) {
        CAPTURE(header);
        REQUIRE(code(file_of(header)) == format_errc::invalid_json);
    }
}

TEST_CASE("S8: names and fields that appear twice") {
    REQUIRE(code(file_of("{" + entry("a", 0, 1) + "," + entry("b", 1, 2) + "," + entry("a", 2, 3) + "}", "123")) ==
            format_errc::duplicate_name);
    REQUIRE(code(file_of("{" + entry("a", 0, 0) + "," + entry("\\u0061", 0, 0) + "}")) == format_errc::duplicate_name);
    REQUIRE(code(file_of("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) ==
            format_errc::duplicate_field);
    REQUIRE(code(file_of("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"shape\":[0],\"data_offsets\":[0,0]}}")) ==
            format_errc::duplicate_field);
    REQUIRE(metadata("{\"k\":\"1\",\"k\":\"2\"}") == format_errc::duplicate_name);
    REQUIRE(code(file_of("{\"__metadata__\":{},\"__metadata__\":{}}")) == format_errc::duplicate_name);
}

TEST_CASE("S9: a million brackets") {
    const std::string brackets(1'000'000, '[');
    REQUIRE(code(file_of("{\"a\":" + brackets + "}")) == format_errc::wrong_kind);
    REQUIRE(code(file_of("{\"a\":{\"shape\":" + brackets + "}}")) == format_errc::nested_too_deep);
    REQUIRE(code(file_of("{\"__metadata__\":{\"k\":" + brackets + "}}")) == format_errc::nested_too_deep);
    REQUIRE(code(file_of(repeated("{\"shape\":", 1'000'000) + "}")) == format_errc::nested_too_deep);
}

TEST_CASE("S10: offsets reversed, negative, overlapping, with a hole, or not starting at 0") {
    REQUIRE(with("[2]", "[8,0]") == format_errc::offsets_reversed);
    REQUIRE(with("[2]", "[-8,0]") == format_errc::not_a_size);
    const auto two = [](const std::string& first, const std::string& second) {
        return code(file_of("{" + first + "," + second + "}", "12345678"));
    };
    REQUIRE(two(entry("a", 0, 5), entry("b", 4, 8)) == format_errc::offsets_overlap);
    REQUIRE(two(entry("a", 0, 8), entry("b", 0, 8)) == format_errc::offsets_overlap);
    REQUIRE(two(entry("a", 0, 3), entry("b", 4, 8)) == format_errc::offsets_hole);
    REQUIRE(two(entry("a", 1, 4), entry("b", 4, 8)) == format_errc::offsets_hole);
    REQUIRE(two(entry("b", 4, 8), entry("a", 0, 4)) == accepted);
}

TEST_CASE("S11: a last offset before or after the end of the file") {
    REQUIRE(code(file_of("{" + entry("a", 0, 3) + "}", "12")) == format_errc::data_truncated);
    REQUIRE(code(file_of("{" + entry("a", 0, 3) + "}", "1234")) == format_errc::trailing_bytes);
    REQUIRE(code(file_of("{}", "1")) == format_errc::trailing_bytes);
}

TEST_CASE("S12: a million arrays without elements, and numbers of arrays around the limit") {
    std::string header = "{" + entry("0", 0, 0);
    for (int i = 1; i < 1'000'000; ++i) {
        header += "," + entry(std::to_string(i), 0, 0);
    }
    REQUIRE(code(file_of(header + "}")) == format_errc::header_over_limit);
    REQUIRE(code(file_of(header + "}"), {.header_bytes = 100'000'000}) == format_errc::too_many_tensors);
    const std::string three = "{" + entry("a", 0, 0) + "," + entry("b", 0, 0) + "," + entry("c", 0, 0) + "}";
    for (const std::uint64_t limit : {2U, 3U, 4U}) {
        REQUIRE((code(file_of(three), {.tensors = limit}) == format_errc::too_many_tensors) == (limit < 3));
    }
}

TEST_CASE("S13: extents that are negative, fractional, in exponent form, huge, or too many") {
    for (const char* shape : {"[-2]", "[2.0]", "[2e0]", "[1e3]", "[18446744073709551616]", "[-0]", "[2.5]"}) {
        CAPTURE(shape);
        REQUIRE(with(shape) == format_errc::not_a_size);
    }
    REQUIRE(with("[1e999]") == format_errc::invalid_json);
    for (const char* shape : {"[02]", "[+2]", "[0x2]", "[NaN]", "[2 1]"}) {
        REQUIRE(with(shape) == format_errc::invalid_json);
    }
    for (const char* shape : {"2", "\"2\"", "null", "true"}) {
        REQUIRE(with(shape) == format_errc::wrong_kind);
    }
    REQUIRE(with("[\"2\"]") == format_errc::wrong_kind);
    REQUIRE(with("[2,null]") == format_errc::wrong_kind);
    for (const char* shape : {"[1,1,1,1,1,1,2]", "[1,1,1,1,1,1,1,2]"}) REQUIRE(with(shape) == accepted);
    REQUIRE(with("[1,1,1,1,1,1,1,1,2]") == format_errc::rank_over_limit);
    for (const char* offsets : {"[0]", "[]", "[0,8,8]", "8", "[0,\"8\"]"}) {
        REQUIRE(with("[2]", offsets) == format_errc::wrong_kind);
    }
}

TEST_CASE("S14: extents whose product does not fit into 64 bits, or only after the type's size") {
    REQUIRE(with("[4294967296,4294967296]") == format_errc::size_overflow);
    REQUIRE(with("[4611686018427387904]") == format_errc::size_overflow);
    // 2^62 + 2 floats are 8 bytes in arithmetic that wraps.
    REQUIRE(with("[4611686018427387906]") == format_errc::size_overflow);
    REQUIRE(with("[0,9223372036854775808,2]") == format_errc::size_overflow);
    REQUIRE(with("[9223372036854775808,2,0]") == format_errc::size_overflow);
    REQUIRE(with("[4611686018427387903]") == format_errc::size_mismatch);
}

TEST_CASE("S15: offsets that give another number of bytes than shape and type need") {
    for (const char* shape : {"[1]", "[3]", "[]", "[0]", "[2,2]"}) {
        REQUIRE(with(shape) == format_errc::size_mismatch);
    }
    REQUIRE(tests::contains(sentence(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", "12345678")),
                            "array \"a\", F32[3] needs 12 bytes, offsets 0 to 8"));
}

TEST_CASE("S16: scalars and arrays without elements are fine") {
    REQUIRE(with("[]", "[0,8]", "\"F64\"") == accepted);
    REQUIRE(code(file_of("{" + entry("a", 0, 0) + "}")) == accepted);
    REQUIRE(code(file_of("{\"a\":{\"dtype\":\"F64\",\"shape\":[5,0,7],\"data_offsets\":[0,0]}}")) == accepted);
}

TEST_CASE("S17: element types that are unknown or smaller than a byte") {
    for (const char* dtype : {"F8_E4M3", "F8_E5M2", "F4", "F6_E2M3", "I4", "C64", "f32", "", "F32 "}) {
        REQUIRE(with("[2]", "[0,8]", "\"" + std::string(dtype) + "\"") == format_errc::unsupported_dtype);
    }
    REQUIRE(with("[2]", "[0,8]", "7") == format_errc::wrong_kind);
    REQUIRE(with("[8]", "[0,8]", "\"BOOL\"") == accepted);
}

TEST_CASE("S18: metadata that is not strings") {
    for (const char* json : {"[]", "\"text\"", "null", "7"}) {
        REQUIRE(metadata(json) == format_errc::wrong_kind);
    }
    for (const char* json : {"{\"k\":1}", "{\"k\":null}", "{\"k\":true}", "{\"k\":-1.5}"}) {
        REQUIRE(metadata(json) == format_errc::wrong_kind);
    }
    REQUIRE(metadata("{\"k\":{}}") == format_errc::nested_too_deep);
    REQUIRE(metadata("{\"k\":[]}") == format_errc::nested_too_deep);
    REQUIRE(metadata("{}") == accepted);
    REQUIRE(code(file_of("{" + entry("a", 0, 0) + ",\"__metadata__\":{\"k\":\"v\"}}")) == accepted);
}

TEST_CASE("S19: names that are empty, look like paths, or exceed the limit") {
    for (const char* name : {"", "/etc/passwd", "..", "../a", "a b"}) {
        REQUIRE(named(name) == accepted);
    }
    REQUIRE(named(std::string(1U << 20U, 'n')) == format_errc::name_over_limit);
    for (const std::size_t length : {4095U, 4096U, 4097U}) {
        REQUIRE((named(std::string(length, 'n')) == format_errc::name_over_limit) == (length > 4096));
        REQUIRE((metadata("{\"" + std::string(length, 'k') + "\":\"\"}") == format_errc::name_over_limit) == (length > 4096));
    }
}

TEST_CASE("S20: escapes for NUL, for half a pair of surrogates, and for a whole one") {
    REQUIRE(named("a\\u0000b") == format_errc::name_has_nul);
    REQUIRE(metadata("{\"k\":\"\\u0000\"}") == format_errc::name_has_nul);
    REQUIRE(metadata("{\"\\u0000\":\"\"}") == format_errc::name_has_nul);
    REQUIRE(named("\\ud83d") == format_errc::invalid_json);
    REQUIRE(named("\\ude00") == format_errc::invalid_json);
    const std::string file = file_of("{" + entry("\\ud83d\\ude00", 0, 0) + "}");
    REQUIRE(pleach::safetensors_view::view(std::as_bytes(std::span(file))).find("\xf0\x9f\x98\x80") != nullptr);
}

TEST_CASE("S21: fields that are missing or not known") {
    const std::array<std::string, 3> fields = {"\"dtype\":\"U8\"", "\"shape\":[0]", "\"data_offsets\":[0,0]"};
    for (std::size_t missing = 0; missing < 3; ++missing) {
        const std::string rest = fields[(missing + 1) % 3] + "," + fields[(missing + 2) % 3];
        REQUIRE(code(file_of("{\"a\":{" + rest + "}}")) == format_errc::missing_field);
        REQUIRE(code(file_of("{\"a\":{" + rest + "," + fields[missing] + "}}")) == accepted);
        REQUIRE(code(file_of("{\"a\":{" + rest + "," + fields[missing] + ",\"stride\":[1]}}")) == format_errc::unknown_field);
    }
    REQUIRE(code(file_of("{\"a\":{}}")) == format_errc::missing_field);
    REQUIRE(tests::contains(sentence(file_of("{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}")), "array \"a\", no data_offsets"));
}

TEST_CASE("S22: another element type than wanted") {
    const std::string file = file_of(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                                     R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]}})",
                                     std::string("\0\0\0\0\0\0\xf0\x3f\x80\x3f", 10));
    const auto view = pleach::safetensors_view::view(std::as_bytes(std::span(file)));
    std::error_code error;
    static_cast<void>(view.as<float>("a", std::nullopt, error));
    REQUIRE(error == format_errc::wrong_dtype);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::read_tensor<float>(view, "a"), std::filesystem::filesystem_error, "F64 to F32");
    REQUIRE(pleach::read_tensor<float>(view, "a", {}, pleach::conversion::rounding)[0] == 1.0F);
    REQUIRE(pleach::read_tensor<float>(view, "b")[0] == 1.0F);
}

TEST_CASE("S23: the transposed of the wanted shape is refused with a hint") {
    const std::string file = file_of(R"({"a":{"dtype":"U8","shape":[2,3],"data_offsets":[0,6]}})", "123456");
    const auto view = pleach::safetensors_view::view(std::as_bytes(std::span(file)));
    REQUIRE_THROWS_WITH_SENTENCE(view.require("a", {{3, 2}}), std::filesystem::filesystem_error, "rows are entities");
    REQUIRE(view.require("a", {{2, 3}}).end == 6);
}

TEST_CASE("S24: a sparse file of more than 4 GiB") {
    const tests::temporary_directory directory;
    const std::uint64_t size = (std::uint64_t{1} << 32U) + 4096;
    const std::string header = file_of("{" + entry("a", 0, size - 1) + "," + entry("b", size - 1, size) + "}");
    std::ofstream(directory / "file", std::ios::binary) << header;
    std::filesystem::resize_file(directory / "file", header.size() + size);
    const int file = ::open((directory / "file").c_str(), O_RDONLY | O_CLOEXEC);
    void* memory = ::mmap(nullptr, header.size() + size, PROT_READ, MAP_PRIVATE, file, 0);
    REQUIRE(memory != MAP_FAILED);
    const auto view = pleach::safetensors_view::view({static_cast<const std::byte*>(memory), header.size() + size});
    REQUIRE(view.as<std::uint8_t>("a").size() == size - 1);
    REQUIRE(view.as<std::uint8_t>("b").data() == static_cast<const std::uint8_t*>(memory) + header.size() + size - 1);
    REQUIRE(::munmap(memory, header.size() + size) == 0);
    REQUIRE(::close(file) == 0);
}

}  // namespace safetensors_test
