// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/tensor/array_view.hpp>
#include <pleach/io/tensor/detail/npy_header.hpp>
#include <pleach/io/tensor/npy.hpp>
#include <pleach/io/tensor/safetensors_writer.hpp>

#include "files/hostile/npy_files.hpp"
#include "support/catch.hpp"
#include "support/string_sink.hpp"
#include "support/temporary_directory.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace npy_test {

using namespace tests;

namespace {

using error = std::filesystem::filesystem_error;

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

template <class T>
std::vector<T> values_of(const std::string& file, pleach::conversion allowed = pleach::conversion::lossless) {
    return pleach::read_npy<T>(pleach::view_npy(as_bytes(file)), allowed);
}

}  // namespace

TEST_CASE("the npy writer writes the bytes that numpy.save writes") {
    // python3 -c "import numpy; numpy.save('a.npy', numpy.array([[1.5, -2], [0, 4]], 'f4'))"
    const std::vector<float> rows = {1.5F, -2.0F, 0.0F, 4.0F};
    string_sink sink;
    pleach::write_npy(pleach::matrix_view<const float>(rows.data(), 2, 2), sink);
    const std::string head("\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 69);
    REQUIRE(sink.text == head + std::string(58, ' ') + "\n" + bytes_of({1.5F, -2.0F, 0.0F, 4.0F}));
}

TEMPLATE_TEST_CASE("a saved npy file holds the rows, which can be used in place", "", float, double, std::int8_t, std::uint16_t,
                   std::int64_t) {
    const temporary_directory directory;
    std::vector<TestType> elements(35);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        elements[i] = static_cast<TestType>(i * 3);
    }
    pleach::save_npy(directory / "a.npy", pleach::matrix_view<const TestType>(elements.data(), 7, 5));
    for (const auto mode : {pleach::open_mode::map, pleach::open_mode::memory}) {
        const auto file = pleach::npy_file::open(directory / "a.npy", mode);
        REQUIRE(file.array().shape == std::vector<std::uint64_t>{7, 5});
        const auto rows = pleach::rows_of<TestType>(file.array());
        REQUIRE(reinterpret_cast<std::uintptr_t>(rows.data()) % 64 == 0);
        REQUIRE(std::vector<TestType>(rows.data(), rows.data() + 35) == elements);
        REQUIRE(pleach::read_npy<TestType>(file.array()) == elements);
    }
}

TEST_CASE("rows that lie apart are saved without what lies between") {
    std::vector<float> elements(100'000 * 3);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        elements[i] = static_cast<float>(i);
    }
    string_sink sink;
    pleach::write_npy(pleach::matrix_view<const float>(elements.data(), 100'000, 2, 3), sink);
    const std::vector<float> read = values_of<float>(sink.text);
    REQUIRE(read.size() == 200'000);
    for (std::size_t i = 0; i < read.size(); ++i) {
        if (read[i] != elements[i / 2 * 3 + i % 2]) {
            FAIL("element " << i);
        }
    }
}

TEST_CASE("Fortran order is read row by row and refused in place (N7)") {
    const std::string file = npy_of("<f4", "(2, 3)", bytes_of({1.0F, 4.0F, 2.0F, 5.0F, 3.0F, 6.0F}), "True");
    REQUIRE(values_of<float>(file) == std::vector<float>{1, 2, 3, 4, 5, 6});
    const auto array = pleach::view_npy(as_bytes(file));
    std::vector<float> row(3);
    pleach::copy_rows(array, 1, pleach::matrix_view<float>(row.data(), 1, 3));
    REQUIRE(row == std::vector<float>{4, 5, 6});
    REQUIRE_THROWS_WITH_SENTENCE(pleach::rows_of<float>(array), error, "Fortran order");
    REQUIRE(values_of<float>(npy_of("<f4", "(2,)", bytes_of({1.0F, 2.0F}), "True")) == std::vector<float>{1, 2});
    REQUIRE_THROWS_WITH_SENTENCE(values_of<float>(npy_of("<f4", "(1, 1, 2)", bytes_of({1.0F, 2.0F}), "True")), error,
                                 "Fortran order");
}

TEST_CASE("big-endian elements are converted when copied and refused in place (N6)") {
    const std::string file = npy_of(">f4", "(1, 2)", swapped(bytes_of({1.5F, -7.0F}), 4));
    REQUIRE(values_of<float>(file) == std::vector<float>{1.5F, -7.0F});
    REQUIRE_THROWS_WITH_SENTENCE(pleach::rows_of<float>(pleach::view_npy(as_bytes(file))), error, "big-endian");
    REQUIRE(values_of<std::int64_t>(npy_of(">i2", "(2,)", swapped(bytes_of<std::int16_t>({-2, 300}), 2))) ==
            std::vector<std::int64_t>{-2, 300});
    REQUIRE(values_of<double>(npy_of(">f8", "()", swapped(bytes_of({0.1}), 8))) == std::vector<double>{0.1});
}

TEST_CASE("halves and integers become floats, doubles only when rounding is allowed (N17)") {
    const std::string halves = npy_of("<f2", "(2, 1)", bytes_of<std::uint16_t>({0x3c00, 0xb800}));
    REQUIRE(values_of<float>(halves) == std::vector<float>{1.0F, -0.5F});
    REQUIRE(values_of<double>(halves) == std::vector<double>{1.0, -0.5});
    REQUIRE(values_of<float>(npy_of("|i1", "(2,)", bytes_of<std::int8_t>({-3, 3}))) == std::vector<float>{-3, 3});
    REQUIRE(values_of<double>(npy_of("<i4", "(1,)", bytes_of<std::int32_t>({1 << 30}))) == std::vector<double>{1 << 30});
    const std::string doubles = npy_of("<f8", "(2, 1)", bytes_of({0.1, 1e300}));
    REQUIRE_THROWS_WITH_SENTENCE(values_of<float>(doubles), error, "from F64 to F32");
    REQUIRE_THROWS_WITH_SENTENCE(values_of<float>(doubles, pleach::conversion::rounding), error, "row 1, column 0");
    REQUIRE(values_of<float>(npy_of("<f8", "(1,)", bytes_of({0.1})), pleach::conversion::rounding) == std::vector<float>{0.1F});
    REQUIRE_THROWS_WITH_SENTENCE(values_of<float>(npy_of("|b1", "(1,)", "\1")), error, "from BOOL to F32");
}

TEST_CASE("NaN and infinity pass through (N18)") {
    const float inf = std::numeric_limits<float>::infinity();
    const auto read = values_of<float>(npy_of("<f4", "(3,)", bytes_of({inf, -inf, std::nanf("")})));
    REQUIRE(read[0] == inf);
    REQUIRE(read[1] == -inf);
    REQUIRE(std::isnan(read[2]));
    const auto wide = values_of<float>(npy_of("<f8", "(1,)", bytes_of({std::numeric_limits<double>::infinity()})),
                                       pleach::conversion::rounding);
    REQUIRE(wide[0] == inf);
}

TEST_CASE("versions 2.0 and 3.0 differ in the length of the length") {
    for (const char major : {'\2', '\3'}) {
        std::string file = npy_of("<f4", "(1,)", bytes_of({2.5F}));
        file[6] = major;
        file.insert(10, std::string(2, '\0'));
        REQUIRE(values_of<float>(file) == std::vector<float>{2.5F});
    }
}

TEST_CASE("keys may come in any order, between either quotes, and without the last comma") {
    const std::string data = bytes_of({1.0F, 2.0F});
    for (const char* text : {"{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<f4\"}",
                             "{'fortran_order': False, 'shape': (2,), 'descr': '<f4'}",
                             "{ 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , ) , } "}) {
        REQUIRE(values_of<float>(npy_of(std::string(text), data)) == std::vector<float>{1, 2});
    }
}

TEST_CASE("scalars, and arrays without elements, can be read") {
    REQUIRE(values_of<float>(npy_of("<f4", "()", bytes_of({3.0F}))) == std::vector<float>{3});
    REQUIRE(values_of<float>(npy_of("<f4", "(0, 4)", "")).empty());
    REQUIRE(values_of<float>(npy_of("<f4", "(4, 0)", "")).empty());
    REQUIRE(values_of<float>(npy_of("<f4", "(4, 0)", "", "True")).empty());
    REQUIRE(pleach::rows_of<float>(pleach::view_npy(as_bytes(npy_of("<f4", "(0, 4)", "")))).cols() == 4);
}

TEST_CASE("rows are copied from anywhere in the array, and not from beyond it (N11)") {
    const std::string file = npy_of("<f4", "(3, 2)", bytes_of({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}));
    const auto array = pleach::view_npy(as_bytes(file));
    std::vector<double> two(4);
    pleach::copy_rows(array, 1, pleach::matrix_view<double>(two.data(), 2, 2));
    REQUIRE(two == std::vector<double>{3, 4, 5, 6});
    std::vector<float> apart(6, -1);
    pleach::copy_rows(array, 0, pleach::matrix_view<float>(apart.data(), 2, 2, 3));
    REQUIRE(apart == std::vector<float>{1, 2, -1, 3, 4, -1});
    pleach::matrix_view<double> out(two.data(), 2, 2);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::copy_rows(array, 2, out), error, "needed rows 2 to 4 of 2 columns");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::copy_rows(array, ~std::size_t{0}, out), error, "found [3, 2]");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::copy_rows(array, 0, pleach::matrix_view<double>(two.data(), 1, 3)), error,
                                 "of 3 columns");
    for (const char* shape : {"(6,)", "(1, 3, 2)"}) {
        const auto other = pleach::view_npy(as_bytes(npy_of("<f4", shape, std::string(24, 'x'))));
        REQUIRE_THROWS_WITH_SENTENCE(pleach::copy_rows(other, 0, out), error, "found ");
        REQUIRE_THROWS_WITH_SENTENCE(pleach::rows_of<float>(other), error, "needed two extents");
    }
    REQUIRE_THROWS_WITH_SENTENCE(pleach::rows_of<double>(array), error, "found F32, needed F64");
}

TEST_CASE("elements that are not aligned are copied, not used in place") {
    // A header that was not padded: legal in files of old writers.
    const std::string dictionary = npy_dictionary("<f4", "(1, 1)") + "\n";
    const std::string file = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(dictionary.size()) + '\0' + dictionary;
    const std::string whole = file + bytes_of({8.0F});
    std::vector<std::byte> memory(whole.size() + 64);
    const std::size_t shift = (65 - file.size() % 64 + 64 - reinterpret_cast<std::uintptr_t>(memory.data()) % 64) % 64;
    std::memcpy(memory.data() + shift, whole.data(), whole.size());
    const auto array = pleach::view_npy({memory.data() + shift, whole.size()});
    REQUIRE(reinterpret_cast<std::uintptr_t>(array.bytes.data()) % 4 != 0);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::rows_of<float>(array), error, "does not begin at a multiple");
    REQUIRE(pleach::read_npy<float>(array) == std::vector<float>{8});
}

TEST_CASE("an array of a safetensors file is copied the same way") {
    const std::vector<float> weights = {1, 2, 3, 4};
    pleach::safetensors_writer writer;
    writer.add("w", {2, 2}, weights);
    string_sink sink;
    writer.write(sink);
    const auto view = pleach::safetensors_view::view(as_bytes(sink.text));
    std::vector<double> row(2);
    pleach::copy_rows(pleach::array_of(view, "w"), 1, pleach::matrix_view<double>(row.data(), 1, 2));
    REQUIRE(row == std::vector<double>{3, 4});
    REQUIRE_THROWS_WITH_SENTENCE(pleach::array_of(view, "v"), error, "no array of this name");
}

}  // namespace npy_test
