// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/matrix.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/init/power_law.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/init/xavier.hpp>

#include "support/catch.hpp"

#include <bit>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using pleach::matrix;
using pleach::random_stream;

namespace {

template <class T, class Initializer>
matrix<T> filled(const Initializer& init, std::size_t rows, std::size_t cols, random_stream stream) {
    matrix<T> m(rows, cols);
    init.fill(m.view(), stream);
    return m;
}

std::map<std::string, std::vector<std::string>> golden_fills() {
    std::map<std::string, std::vector<std::string>> fills;
    std::ifstream file(PLEACH_TESTS_DIR "/files/golden/initial_fills.txt");
    for (std::string line, word; std::getline(file, line);) {
        std::istringstream fields(line);
        fields >> word;
        for (std::string value; fields >> value;) fills[word].push_back(value);
    }
    return fills;
}

template <class T>
void require_bits(const matrix<T>& m, const std::vector<std::string>& golden) {
    REQUIRE(golden.size() == m.elements().size());
    for (std::size_t i = 0; i < golden.size(); ++i) {
        CAPTURE(i);
        if constexpr (sizeof(T) == 4)
            REQUIRE(std::bit_cast<std::uint32_t>(m.elements()[i]) == std::stoul(golden[i], nullptr, 16));
        else
            REQUIRE(std::bit_cast<std::uint64_t>(m.elements()[i]) == std::stoull(golden[i], nullptr, 16));
    }
}

void require_values(const matrix<double>& m, const std::vector<std::string>& golden) {
    REQUIRE(golden.size() == m.elements().size());
    for (std::size_t i = 0; i < golden.size(); ++i) REQUIRE(std::abs(m.elements()[i] - std::stod(golden[i])) <= 1e-14);
}

}  // namespace

TEST_CASE("fills give the golden numbers, uniform ones to the bit") {
    const random_stream stream = random_stream(7).fork("fill");
    auto golden = golden_fills();
    require_bits(filled<float>(pleach::uniform{}, 6, 5, stream), golden["uniform"]);
    require_bits(filled<double>(pleach::uniform{.low = -0.3, .high = 0.7}, 6, 5, stream), golden["uniform_double"]);
    require_bits(filled<float>(pleach::xavier_uniform{}, 6, 5, stream), golden["xavier_uniform"]);
    require_values(filled<double>(pleach::normal{}, 6, 5, stream), golden["normal"]);
    require_values(filled<double>(pleach::xavier_normal{}, 6, 5, stream), golden["xavier_normal"]);
    require_values(filled<double>(pleach::power_law{}, 6, 5, stream), golden["power_law"]);
}

TEST_CASE("an element depends on the stream, its row and its column alone") {
    const auto small = filled<float>(pleach::uniform{}, 3, 4, random_stream(1));
    const auto large = filled<float>(pleach::uniform{}, 9000, 6, random_stream(1));
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) REQUIRE(small.row(r)[c] == large.row(r)[c]);
    REQUIRE_FALSE(small == filled<float>(pleach::uniform{}, 3, 4, random_stream(2)));
}

TEST_CASE("fills leave what lies between strided rows") {
    std::vector<float> memory(12, 5.f);
    pleach::normal{}.fill(pleach::matrix_view<float>(memory.data(), 3, 2, 4), random_stream(1));
    REQUIRE(memory[2] == 5);
    REQUIRE(memory[11] == 5);
    REQUIRE(memory[9] != 5);
}

TEST_CASE("fills have the bounds and moments that they name") {
    const auto u = filled<double>(pleach::xavier_uniform{.gain = 2}, 3000, 10, random_stream(1));
    const double bound = 2 * std::sqrt(6.0 / 3010);
    double sum = 0, square = 0;
    for (const double x : u.elements()) {
        REQUIRE(std::abs(x) <= bound);
        sum += x;
        square += x * x;
    }
    REQUIRE(std::abs(sum / 30000) < 0.02 * bound);
    REQUIRE(square / 30000 == tests::approx(bound * bound / 3).epsilon(0.02));
    double normal_square = 0;
    const auto z = filled<double>(pleach::normal{.mean = 1, .deviation = 3}, 3000, 10, random_stream(1));
    for (const double x : z.elements()) normal_square += (x - 1) * (x - 1);
    REQUIRE(normal_square / 30000 == tests::approx(9.0).epsilon(0.03));
}

TEST_CASE("a power law shrinks column by column") {
    const auto m = filled<double>(pleach::power_law{.deviation = 1, .exponent = 1}, 20, 4, random_stream(1));
    const auto flat = filled<double>(pleach::power_law{.deviation = 1, .exponent = 0}, 20, 4, random_stream(1));
    for (std::size_t r = 0; r < 20; ++r)
        for (std::size_t c = 0; c < 4; ++c) REQUIRE(m.row(r)[c] * static_cast<double>(c + 1) == tests::approx(flat.row(r)[c]));
}

TEST_CASE("scales that make no sense are refused by name") {
    matrix<float> m(2, 2);
    const double nan = std::nan("");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::normal{.deviation = -1}.fill(m.view(), random_stream(1)), std::invalid_argument,
                                 "normal: deviation is -1");
    REQUIRE_THROWS_AS(pleach::normal{.deviation = nan}.fill(m.view(), random_stream(1)), std::invalid_argument);
    REQUIRE_THROWS_WITH_SENTENCE((pleach::uniform{.low = 1, .high = 0}.fill(m.view(), random_stream(1))), std::invalid_argument,
                                 "high - low is -1");
    REQUIRE_THROWS_WITH_SENTENCE((pleach::power_law{.exponent = -2}.fill(m.view(), random_stream(1))), std::invalid_argument,
                                 "exponent is -2");
    REQUIRE(m == matrix<float>(2, 2));
}
