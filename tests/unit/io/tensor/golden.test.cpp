// SPDX-License-Identifier: Apache-2.0

// The bytes of one file, committed. They may change only together with the format version, and then a new file is added
// beside this one: every later version has to read it. tests/io/read_safetensors.py reads the same file by other means.

#include <pleach/io/tensor/safetensors.hpp>

#include "support/catch.hpp"
#include "support/string_sink.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace golden_test {

namespace {

std::filesystem::path golden_file() {
#ifdef PLEACH_TESTS_DIR
    return std::filesystem::path(PLEACH_TESTS_DIR) / "files" / "golden" / "arrays.v1.safetensors";
#else
    return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path() / "files" / "golden" /
           "arrays.v1.safetensors";
#endif
}

}  // namespace

TEST_CASE("the writer writes the committed bytes, and the reader reads them") {
    const std::vector<float> weights = {1.5F, -2.0F, 0.0F, 3.25F, 1e-30F, 1e30F};
    const std::array<std::uint64_t, 3> offsets = {0, 3, 6};
    const std::array<std::uint8_t, 5> bits = {1, 2, 4, 8, 255};
    const std::array<std::uint16_t, 2> halves = {0x3c00, 0xb800};
    const std::int32_t scalar = -7;
    pleach::safetensors_writer writer;
    writer.metadata("kind", "a golden file, \"quoted\" \xe2\x82\xac");
    writer.add("P.weights", {2, 3}, weights);
    writer.add("P.offsets", {3}, offsets);
    writer.add("bits", {5}, bits);
    writer.add("empty", {0, 4}, std::span<const float>());
    writer.add("halves", pleach::dtype::f16, {2}, std::as_bytes(std::span(halves)));
    writer.add("scalar", {}, std::span(&scalar, 1));
    tests::string_sink sink;
    writer.write(sink);

    const pleach::file_bytes golden = pleach::read_file(golden_file(), 1U << 20U);
    const std::span<const std::byte> bytes = golden.bytes();
    REQUIRE(sink.text == std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));

    const auto file = pleach::safetensors_file::open(golden_file());
    REQUIRE(file->as<float>("P.weights", {{2, 3}})[3] == 3.25F);
    REQUIRE(file->as<std::uint64_t>("P.offsets")[2] == 6);
    REQUIRE(file->as<std::int32_t>("scalar", {{}})[0] == -7);
    REQUIRE(pleach::read_tensor<float>(file.view(), "halves") == std::vector<float>{1.0F, -0.5F});
    REQUIRE(file->metadata().size() == 1);
}

}  // namespace golden_test
