// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/random_stream.hpp>

#include "support/catch.hpp"
#include "support/contract.hpp"

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace random_stream_test {

using pleach::random_stream;

TEST_CASE("streams give the golden numbers") {
    std::ifstream file(PLEACH_TESTS_DIR "/files/golden/random_streams.txt");
    std::string line;
    std::size_t lines = 0;
    while (std::getline(file, line)) {
        if (line.front() == '#') continue;
        ++lines;
        std::uint64_t seed = 0, row = 0, col = 0, bits = 0;
        double uniform = 0, normal = 0;
        std::string fork;
        std::istringstream fields(line);
        fields >> seed >> fork >> row >> col >> std::hex >> bits >> uniform >> normal;
        CAPTURE(line);
        REQUIRE_FALSE(fields.fail());
        random_stream stream(seed);
        if (fork.front() == '#')
            stream = stream.fork(std::stoull(fork.substr(1)));
        else if (fork != "-")
            stream = stream.fork(fork);
        REQUIRE(stream.bits(row, col) == bits);
        REQUIRE(stream.uniform(row, col) == uniform);
        REQUIRE(std::abs(stream.normal(row, col) - normal) <= 1e-14 * (1 + std::abs(normal)));
    }
    REQUIRE(lines == 120);
}

TEST_CASE("forks differ by name, by number, and from their parent") {
    const random_stream stream(1);
    const std::set<std::uint64_t> keys{stream.key(),
                                       stream.fork("users").key(),
                                       stream.fork("items").key(),
                                       stream.fork("").key(),
                                       stream.fork(std::uint64_t{0}).key(),
                                       stream.fork(std::uint64_t{1}).key(),
                                       stream.fork("users").fork("items").key(),
                                       stream.fork("items").fork("users").key()};
    REQUIRE(keys.size() == 8);
    REQUIRE(stream.fork("users") == random_stream(1).fork("users"));
}

TEST_CASE("below covers its range evenly and never leaves it") {
    const random_stream stream(3);
    std::vector<std::size_t> counts(7);
    for (std::uint64_t i = 0; i < 70000; ++i) ++counts.at(stream.below(7, i));
    for (const std::size_t count : counts) REQUIRE(std::abs(static_cast<double>(count) - 10000) < 500);
    REQUIRE(stream.below(1, 12) == 0);
}

TEST_CASE("below is the high word of the full product") {
    const random_stream stream(9);
    for (std::uint64_t i = 0; i < 200; ++i) {
        const std::uint64_t n = random_stream(10).bits(i) >> (i % 64);
        if (n == 0) continue;
        __extension__ using wide = unsigned __int128;
        REQUIRE(stream.below(n, i, 5) == static_cast<std::uint64_t>(static_cast<wide>(stream.bits(i, 5)) * n >> 64));
    }
}

TEST_CASE("uniform and normal numbers have the moments of their distributions") {
    const random_stream stream(4);
    constexpr std::size_t n = 100000;
    double sum = 0, normal_sum = 0, square = 0, fourth = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double u = stream.uniform(i, 1), z = stream.normal(i, 2);
        REQUIRE((u >= 0 && u < 1));
        sum += u;
        normal_sum += z;
        square += z * z;
        fourth += z * z * z * z;
    }
    REQUIRE(std::abs(sum / n - 0.5) < 0.005);
    REQUIRE(std::abs(normal_sum / n) < 0.015);
    REQUIRE(std::abs(square / n - 1) < 0.02);
    REQUIRE(std::abs(fourth / n - 3) < 0.2);
}

#if PLEACH_HARDENED
TEST_CASE("hardened builds refuse to choose among no numbers") {
    const tests::throwing_contracts contracts;
    REQUIRE_THROWS_AS(random_stream(1).below(0, 0), tests::contract_failed);
}
#endif

}  // namespace random_stream_test
