// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/tensor/detail/safetensors_header.hpp>
#include <pleach/io/tensor/safetensors.hpp>

#include "support/catch.hpp"
#include "support/string_sink.hpp"

#include <cstring>

namespace safetensors_header_test {

namespace {

std::string sentence_of(const std::string& header, const pleach::read_limits& limits = {}) {
    pleach::detail::safetensors_header parsed;
    const auto failure = pleach::detail::parse_safetensors_header(header, limits, parsed);
    return failure ? failure.place + ": " + failure.code.message() : "accepted";
}

std::string metadata_of(std::size_t entries) {
    std::string header = "{\"__metadata__\":{";
    for (std::size_t i = 0; i < entries; ++i) header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
    return header + "}}";
}

}  // namespace

TEST_CASE("text that is no JSON is refused with what was found and what was needed") {
    REQUIRE(sentence_of("{,}").starts_with("byte 9, found ',', needed a name in quotes: the header is not valid JSON"));
    REQUIRE(sentence_of("{\"a\" {}}").starts_with("byte 13, found '{', needed ':': "));
    REQUIRE(sentence_of("{\"a\":}").starts_with("byte 13, found '}', needed a value: "));
    REQUIRE(sentence_of("{\"__metadata__\":{} {}}").starts_with("byte 27, found '{', needed ',' or '}': "));
    REQUIRE(sentence_of("{\"a\":{\"shape\":[1 2]}}").starts_with("byte 25, found a number, needed ',' or ']': "));
    REQUIRE(sentence_of("{} {}").starts_with("byte 11, found '{', needed the end: "));
    REQUIRE(sentence_of("{\"\xff\":{}}").starts_with("byte 10, a string holds bytes that are not UTF-8: "));
    REQUIRE(sentence_of("{\"a\":{\"dtype\":7}}").starts_with("byte 22, array \"a\" needs dtype (a string), found a number: "));
}

TEST_CASE("entries of the metadata are counted, and the file is refused beyond the limit") {
    for (const std::size_t entries : {4095U, 4096U, 4097U})
        REQUIRE((sentence_of(metadata_of(entries)) == "accepted") == (entries <= 4096));
    REQUIRE(sentence_of(metadata_of(4097)).ends_with("raise read_limits::metadata if the file can be trusted"));
    REQUIRE(sentence_of(metadata_of(5000), {.metadata = 5000}) == "accepted");

    for (const std::size_t entries : {4093U, 4094U, 4095U}) {  // and two checksums
        pleach::safetensors_writer writer;
        for (std::size_t i = 0; i < entries; ++i) writer.metadata(std::to_string(i), "");
        std::error_code error;
        writer.save("/dev/null/no folder", error);
        REQUIRE((error == pleach::format_errc::too_much_metadata) == (entries == 4095));
    }
}

}  // namespace safetensors_header_test
