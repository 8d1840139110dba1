// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/tensor/read_tensor.hpp>
#include <pleach/io/tensor/safetensors.hpp>

#include "support/catch.hpp"
#include "support/string_sink.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace read_tensor_test {

namespace {

using error = std::filesystem::filesystem_error;
using pleach::conversion;
using pleach::read_tensor;

/// A file with one array "x" of these elements, as bytes.
template <class T>
std::string file_of(const std::vector<T>& elements, pleach::dtype type = pleach::dtype_of<T>) {
    pleach::safetensors_writer writer;
    writer.add("x", type, {elements.size()}, std::as_bytes(std::span(elements)));
    tests::string_sink sink;
    writer.write(sink);
    return sink.text;
}

template <class To>
std::vector<To> read(const std::string& file, conversion allowed = conversion::lossless) {
    return read_tensor<To>(pleach::safetensors_view::view(std::as_bytes(std::span(file))), "x", std::nullopt, allowed);
}

}  // namespace

TEMPLATE_TEST_CASE("elements of every type are copied out as they are", "", double, float, std::int64_t, std::int32_t,
                   std::int16_t, std::int8_t, std::uint64_t, std::uint32_t, std::uint16_t, std::uint8_t) {
    using limits = std::numeric_limits<TestType>;
    const std::vector<TestType> elements = {limits::lowest(), TestType(0), TestType(1), limits::max()};
    REQUIRE(read<TestType>(file_of(elements)) == elements);
    REQUIRE(read<double>(file_of(elements), conversion::rounding)[3] == static_cast<double>(limits::max()));
}

TEST_CASE("every half is decoded to the float that has its value") {
    std::vector<std::uint16_t> bits(65536);
    for (std::size_t i = 0; i < bits.size(); ++i) {
        bits[i] = static_cast<std::uint16_t>(i);
    }
    const std::vector<float> values = read<float>(file_of(bits, pleach::dtype::f16));
    for (std::size_t i = 0; i < bits.size(); ++i) {
        const int exponent = static_cast<int>(i >> 10U & 31U);
        const auto fraction = static_cast<double>(i & 1023U);
        const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
        const double value = exponent < 31 ? size : fraction == 0 ? std::numeric_limits<double>::infinity() : std::nan("");
        const bool same = std::isnan(value) ? std::isnan(values[i]) : std::abs(static_cast<double>(values[i])) == value;
        if (!same || std::signbit(values[i]) != (i >= 32768)) {
            CAPTURE(i, values[i], value);
            REQUIRE(same);
            REQUIRE(std::signbit(values[i]) == (i >= 32768));
        }
    }
    REQUIRE(values.size() == 65536);
}

TEST_CASE("a bfloat is the upper half of a float") {
    const std::string file = file_of(std::vector<std::uint16_t>{0x3f80, 0xc2f7, 0x8000, 0x7f80}, pleach::dtype::bf16);
    const std::vector<float> values = read<float>(file);
    REQUIRE(values == std::vector<float>{1.0F, -123.5F, -0.0F, std::numeric_limits<float>::infinity()});
    REQUIRE(std::signbit(values[2]));
}

TEST_CASE("a wider float becomes a narrower one only when rounding is asked for, and never beyond its range") {
    const std::string file = file_of(std::vector<double>{0.1, -2.0, std::numeric_limits<double>::infinity()});
    REQUIRE_THROWS_WITH_SENTENCE(read<float>(file), error, "from F64 to F32");
    REQUIRE(read<float>(file, conversion::rounding) == std::vector<float>{0.1F, -2.0F, std::numeric_limits<float>::infinity()});
    const std::string huge = file_of(std::vector<double>{1.0, -1e39});
    REQUIRE_THROWS_WITH_SENTENCE(read<float>(huge, conversion::rounding), error, "element 1");
}

TEST_CASE("integers become wider integers, and floats that hold all of them") {
    REQUIRE(read<double>(file_of(std::vector<std::int32_t>{-3, 1 << 30})) == std::vector<double>{-3.0, 0x1p30});
    REQUIRE(read<float>(file_of(std::vector<std::uint16_t>{7, 65535})) == std::vector<float>{7.0F, 65535.0F});
    REQUIRE(read<std::int32_t>(file_of(std::vector<std::uint16_t>{65535})) == std::vector<std::int32_t>{65535});
    REQUIRE_THROWS_AS(read<float>(file_of(std::vector<std::int32_t>{1})), error);
    REQUIRE_THROWS_AS(read<double>(file_of(std::vector<std::int64_t>{1})), error);
    REQUIRE_THROWS_AS(read<std::int16_t>(file_of(std::vector<std::uint16_t>{1})), error);
    REQUIRE_THROWS_AS(read<std::uint64_t>(file_of(std::vector<std::int8_t>{1})), error);
}

TEST_CASE("nothing but integers becomes integers, and BOOL becomes nothing") {
    REQUIRE_THROWS_AS(read<std::int32_t>(file_of(std::vector<double>{1}), conversion::rounding), error);
    REQUIRE_THROWS_AS(read<std::int64_t>(file_of(std::vector<std::uint16_t>{1}, pleach::dtype::f16)), error);
    REQUIRE_THROWS_AS(read<std::uint8_t>(file_of(std::vector<std::uint8_t>{1}, pleach::dtype::boolean)), error);
    REQUIRE_THROWS_AS(read<float>(file_of(std::vector<std::uint8_t>{1}, pleach::dtype::boolean), conversion::rounding), error);
}

}  // namespace read_tensor_test
