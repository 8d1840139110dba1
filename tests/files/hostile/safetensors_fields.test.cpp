// SPDX-License-Identifier: Apache-2.0

// Every field of a safetensors file set to what tends to go wrong, its checksums made to fit.

#include "files/hostile/mutations.hpp"
#include "files/hostile/safetensors_files.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace safetensors_fields_test {

using namespace tests;

namespace {

std::string small_file() {
    static const std::vector<float> weights = {1.5F, -2.0F, 3.0F, 7.0F, 0.0F, 1.0F};
    static const std::vector<std::uint64_t> offsets = {0, 3, 6};
    pleach::safetensors_writer writer;
    writer.metadata("rows", "2");
    writer.add("weights", {2, 3}, weights);
    writer.add("offsets", {3}, offsets);
    string_sink sink;
    writer.write(sink);
    return sink.text;
}

}  // namespace

TEST_CASE("repairing the checksums of a good file changes nothing, and makes a damaged one readable") {
    std::string file = small_file();
    repair_checksums(file);
    REQUIRE(file == small_file());
    file.back() = 9;
    REQUIRE(code(file) == pleach::format_errc::data_checksum_mismatch);
    repair_checksums(file);
    REQUIRE(code(file) == accepted);
}

TEST_CASE("every field of the header set to a wrong value is refused, or changes nothing else") {
    const std::string file = small_file();
    const std::vector<std::string> wrong = field_mutations(file);
    REQUIRE(wrong.size() > 150);
    std::size_t refused = 0;
    for (const std::string& other : wrong) {
        std::error_code error;
        const auto view = pleach::safetensors_view::view(std::as_bytes(std::span(other)), {}, error);
        refused += error ? 1U : 0U;
        std::uint64_t bytes = 0;
        for (const pleach::tensor_info& tensor : view.tensors()) {
            bytes += view.bytes(tensor).size();
        }
        // Accepted are other numbers in the metadata, and another type or shape of as many bytes.
        REQUIRE((error ? bytes == 0 : bytes == 48));
    }
    REQUIRE(refused > wrong.size() * 3 / 4);
    REQUIRE(refused < wrong.size());
}

}  // namespace safetensors_fields_test
