// SPDX-License-Identifier: Apache-2.0

#include "support/serve/dense_factors.hpp"
#include "support/text/error.hpp"

#include "files/hostile/npy_files.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace dense_factors_test {

using support::dense_factors;
using support::input_error;
using namespace tests;

namespace {

std::filesystem::path put(const temporary_directory& directory, const std::string& text) {
    const auto path = directory / "factors";
    pleach::save_bytes(path, std::as_bytes(std::span(text)));
    return path;
}

std::vector<float> row_of(const dense_factors& factors, std::uint32_t id) {
    std::vector<float> row(factors.dim());
    factors.lookup(id, row);
    return row;
}

const std::string six_floats = bytes_of({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F});

}  // namespace

TEST_CASE("factors are read from npy in every form, in place where that is possible") {
    const temporary_directory directory;
    const auto plain = dense_factors::open(put(directory, npy_of("<f4", "(3, 2)", six_floats)));
    REQUIRE(plain.in_place());
    REQUIRE(plain.size() == 3);
    REQUIRE(row_of(plain, 2) == std::vector<float>{5, 6});
    const auto fortran = dense_factors::open(put(directory, npy_of("<f4", "(3, 2)", six_floats, "True")));
    REQUIRE(!fortran.in_place());
    REQUIRE(row_of(fortran, 1) == std::vector<float>{2, 5});
    const auto doubles = dense_factors::open(put(directory, npy_of(">f8", "(1, 2)", swapped(bytes_of({0.5, -7.0}), 8))));
    REQUIRE(row_of(doubles, 0) == std::vector<float>{0.5F, -7});
    const auto halves = dense_factors::open(put(directory, npy_of("<f2", "(1, 1)", bytes_of<std::uint16_t>({0x3c00}))));
    REQUIRE(row_of(halves, 0) == std::vector<float>{1});
    REQUIRE(row_of(plain, 2) == std::vector<float>{5, 6});  // it kept its file
}

TEST_CASE("factors are read from safetensors by name, or without where there is one table only") {
    const temporary_directory directory;
    const std::vector<float> weights = {1, 2, 3, 4};
    const auto path = directory / "factors.safetensors";
    pleach::safetensors_writer writer;
    writer.add("items", {2, 2}, weights);
    writer.add("bias", {4}, weights);
    writer.save(path);
    REQUIRE(row_of(dense_factors::open(path), 1) == std::vector<float>{3, 4});
    writer.add("users", {1, 4}, weights);
    writer.save(path);
    REQUIRE(row_of(dense_factors::open(path, "users"), 0) == weights);
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(path), input_error, "the arrays items, bias, users, expected one");
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(path, "absent"), input_error, "one named absent");
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(path, "bias"), input_error, "rows and columns");
}

TEST_CASE("what are no factors is refused") {
    const temporary_directory directory;
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(put(directory, npy_of("<f4", "(6,)", six_floats))), input_error,
                                 "found an array F32 6, expected rows and columns, at least one of each");
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(put(directory, npy_of("<f4", "(0, 4)", ""))), input_error,
                                 "at least one of each");
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(put(directory, npy_of("|b1", "(1, 2)", "\1\1"))), input_error, "booleans");
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(put(directory, npy_of("<f4", "(3, 2)", six_floats)), "w"), input_error,
                                 "leave it out");
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(put(directory, "PK\3\4")), input_error, "zip archive");
    for (const char* other : {"", "P", "1.0,2.0\n3.0,4.0\n", "40 2\nking 0.1 0.2\n"})
        REQUIRE_THROWS_WITH_SENTENCE(
            dense_factors::open(put(directory, other)), input_error,
            "found neither an npy nor a safetensors file, expected factors in one of these formats; save them with numpy.save");
    const std::string cut = npy_of("<f4", "(3, 2)", six_floats).substr(0, 100);
    try {
        static_cast<void>(dense_factors::open(put(directory, cut)));
        FAIL("a file that was cut off is read");
    } catch (const input_error& error) {  // the reason once, and nothing before the path
        const std::string sentence = error.what();
        REQUIRE(sentence.starts_with(directory.path().native()));
        REQUIRE(sentence.find("filesystem error") == std::string::npos);
    }
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(directory / "absent"), input_error, "found no such file");
    REQUIRE_THROWS_WITH_SENTENCE(dense_factors::open(directory.path()), input_error, "expected a regular file");
}

TEST_CASE("a safetensors file is told from npy whatever the length of its header") {
    const temporary_directory directory;
    const std::vector<float> weights = {1, 2, 3, 4};
    const std::string header = R"({"items":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})";
    const auto path = directory / "factors.safetensors";
    // Headers may end in spaces. A length of 80 begins as a compressed archive does, one of 147 as an array of NumPy.
    std::set<unsigned char> first_bytes;
    for (std::uint64_t length = header.size(); length < header.size() + 256; ++length) {
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(&length), sizeof length);
        file << header << std::string(length - header.size(), ' ');
        file.write(reinterpret_cast<const char*>(weights.data()), 16);
        file.close();
        first_bytes.insert(static_cast<unsigned char>(directory.read("factors.safetensors")[0]));
        REQUIRE(row_of(dense_factors::open(path), 1) == std::vector<float>{3, 4});
    }
    REQUIRE(first_bytes.size() == 256);
}

}  // namespace dense_factors_test
