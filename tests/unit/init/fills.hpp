// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Matrices filled by an initializer, and the committed values that fills must give.

#include <pleach/core/matrix.hpp>
#include <pleach/core/random_stream.hpp>

#include "support/catch.hpp"

#include <bit>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tests {

template <class T, class Initializer>
pleach::matrix<T> filled(const Initializer& init, std::size_t rows, std::size_t cols, pleach::random_stream stream) {
    pleach::matrix<T> m(rows, cols);
    init.fill(m.view(), stream);
    return m;
}

inline std::vector<std::string> golden_fill(const std::string& name) {
    std::vector<std::string> values;
    std::ifstream file(PLEACH_TESTS_DIR "/files/golden/initial_fills.txt");
    for (std::string line, word; std::getline(file, line);) {
        std::istringstream fields(line);
        fields >> word;
        if (word != name) continue;
        for (std::string value; fields >> value;) values.push_back(value);
    }
    return values;
}

template <class T>
void require_bits(const pleach::matrix<T>& m, const std::vector<std::string>& golden) {
    REQUIRE(golden.size() == m.elements().size());
    for (std::size_t i = 0; i < golden.size(); ++i) {
        CAPTURE(i);
        if constexpr (sizeof(T) == 4)
            REQUIRE(std::bit_cast<std::uint32_t>(m.elements()[i]) == std::stoul(golden[i], nullptr, 16));
        else
            REQUIRE(std::bit_cast<std::uint64_t>(m.elements()[i]) == std::stoull(golden[i], nullptr, 16));
    }
}

inline void require_values(const pleach::matrix<double>& m, const std::vector<std::string>& golden) {
    REQUIRE(golden.size() == m.elements().size());
    for (std::size_t i = 0; i < golden.size(); ++i) REQUIRE(std::abs(m.elements()[i] - std::stod(golden[i])) <= 1e-14);
}

/// The stream of the committed values.
inline pleach::random_stream golden_stream() { return pleach::random_stream(7).fork("fill"); }

}  // namespace tests
