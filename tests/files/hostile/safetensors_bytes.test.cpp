// SPDX-License-Identifier: Apache-2.0

// What the library adds to the format, padding and checksums; and files that are wrong in any way: cut at every length,
// and with every byte replaced by every other.

#include <pleach/io/tensor/safetensors.hpp>

#include "files/hostile/safetensors_files.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace safetensors_bytes_test {

using namespace tests;
using pleach::format_errc;

namespace {

std::string small_file() {
    static const std::vector<float> weights = {1.5F, -2.0F, 3.0F};
    static const std::vector<std::uint8_t> bits = {7};
    pleach::safetensors_writer writer;
    writer.add("w", {3}, weights);
    writer.add("b", {1}, bits);
    string_sink sink;
    writer.write(sink);
    return sink.text;
}

}  // namespace

TEST_CASE("padding arrays must be what they claim") {
    const auto padded = [](const std::string& name, const std::string& data) {
        return code(file_of("{" + entry(name, 0, data.size()) + "}", data));
    };
    REQUIRE(padded("__pad0__", std::string(63, '\0')) == accepted);
    REQUIRE(padded("__pad0__", std::string(64, '\0')) == format_errc::padding_not_zero);
    REQUIRE(padded("__pad0__", std::string("\0\1", 2)) == format_errc::padding_not_zero);
    REQUIRE(padded("__pad__", "x") == accepted);
    REQUIRE(padded("__padx__", "x") == accepted);
    REQUIRE(with("[2]", "[0,8]") == accepted);
}

TEST_CASE("messages show hostile names harmlessly and say where in the file") {
    const std::string text = sentence(file_of("{" + entry("\x1b[31m\\u0007", 0, 0) + "}"));
    REQUIRE(!tests::contains(text, "\x1b"));
    const std::string bell = sentence(file_of("{\"\\u0007\\u001b\":{}}"));
    REQUIRE(tests::contains(bell, "array \"\\x07\\x1b\""));
    REQUIRE(tests::contains(bell, "byte 25"));
    REQUIRE(tests::contains(sentence(file_of("{\"" + std::string(4000, 'n') + "\":{}}")), "nnn\"..."));
}

TEST_CASE("checksums must come together, be well formed and agree") {
    const std::string data = "\"pleach.data_xxh3\":\"2d06800538d394c2\"";
    const std::string header = "\"pleach.header_xxh3\":\"0000000000000000\"";
    REQUIRE(metadata("{" + data + "}") == format_errc::checksum_malformed);
    REQUIRE(metadata("{" + header + "}") == format_errc::checksum_malformed);
    REQUIRE(metadata("{" + header + "," + data + "}") == format_errc::header_checksum_mismatch);
    REQUIRE(metadata("{\"pleach.header_xxh3\":\"\\u0030000000000000000\"," + data + "}") == format_errc::checksum_malformed);
    REQUIRE(metadata("{\"pleach.header_xxh3\":\"00\"," + data + "}") == format_errc::checksum_malformed);
    REQUIRE(metadata("{\"pleach.header_xxh3\":\"\"," + data + "}") == format_errc::checksum_malformed);

    std::string file = small_file();
    REQUIRE(code(file) == accepted);
    file.back() = 6;
    REQUIRE(code(file) == format_errc::data_checksum_mismatch);
    REQUIRE(code(file, {.data = pleach::data_checksum::trusted_bytes}) == accepted);
    file[file.find("\"w\"") + 1] = 'v';
    REQUIRE(code(file, {.data = pleach::data_checksum::trusted_bytes}) == format_errc::header_checksum_mismatch);
}

TEST_CASE("a file cut at any length, or longer by a byte, is refused") {
    const std::string file = small_file();
    for (std::size_t size = 0; size < file.size(); ++size) {
        CAPTURE(size);
        REQUIRE(sentence(file.substr(0, size)) != "accepted");
    }
    REQUIRE(sentence(file + '\0') != "accepted");
    REQUIRE(sentence(file) == "accepted");
}

TEST_CASE("a file with any one byte replaced by any other is refused") {
    std::string file = small_file();
    std::size_t refused = 0;
    for (char& byte : file) {
        const char before = byte;
        for (int change = 1; change < 256; ++change) {
            byte = static_cast<char>(before ^ change);
            refused += code(file) != accepted ? 1U : 0U;
        }
        byte = before;
    }
    REQUIRE(refused == file.size() * 255);
}

TEST_CASE("whatever one byte is replaced in a file without checksums, what is accepted can be used") {
    std::string file =
        file_of("{\"__metadata__\":{\"k\":\"v\"},\"w\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}," +
                    entry("b", 8, 9) + "}",
                "123456789");
    std::size_t used = 0;
    for (char& byte : file) {
        const char before = byte;
        for (int change = 0; change < 256; ++change) {
            byte = static_cast<char>(before ^ change);
            std::error_code error;
            const auto view = pleach::safetensors_view::view(std::as_bytes(std::span(file)), {}, error);
            std::uint64_t bytes = 0;
            for (const pleach::tensor_info& tensor : view.tensors()) {
                REQUIRE(view.find(tensor.name) == &tensor);
                bytes += view.bytes(tensor).size();
                static_cast<void>(view.as<float>(tensor.name, std::nullopt, error));
            }
            REQUIRE((bytes == 9 || bytes == 0));
            used += bytes == 9 ? 1U : 0U;
        }
        byte = before;
    }
    REQUIRE(used > file.size());
    REQUIRE(used < file.size() * 256);
}

}  // namespace safetensors_bytes_test
