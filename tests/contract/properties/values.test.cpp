// SPDX-License-Identifier: Apache-2.0

#include "contract/properties/draws.hpp"

#include <pleach/core/schedule.hpp>
#include <pleach/core/value_code.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/kernel/soft_threshold.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace values_properties {

using namespace properties;

namespace {

/// No neighbor of the stored number, as `decode` reads them, is nearer to x.
void require_nearest(float x, std::uint16_t stored, float (*decode)(std::uint16_t)) {
    const auto distance = [&](float other) { return std::abs(static_cast<double>(other) - static_cast<double>(x)); };
    for (const int step : {-1, 1}) {
        const float neighbor = decode(static_cast<std::uint16_t>(stored + step));
        if (std::isfinite(neighbor)) REQUIRE(distance(decode(stored)) <= distance(neighbor));
    }
}

}  // namespace

TEST_CASE("property: a half is the nearest of its neighbors") {
    for_all([](draws& drawn) {
        const float x = static_cast<float>(std::ldexp(drawn.real(-1, 1), static_cast<int>(drawn.number(0, 38)) - 23));
        const std::uint16_t half = pleach::to_half(x);
        require_nearest(x, half, pleach::from_half);
        REQUIRE(pleach::to_half(pleach::from_half(half)) == half);
    });
}

TEST_CASE("property: a bfloat is the nearest of its neighbors") {
    for_all([](draws& drawn) {
        const float x = static_cast<float>(std::ldexp(drawn.real(-1, 1), static_cast<int>(drawn.number(0, 240)) - 120));
        const std::uint16_t stored = pleach::to_bfloat(x);
        require_nearest(x, stored, pleach::from_bfloat);
    });
}

TEST_CASE("property: the scale of a row of bytes is the smallest that reaches its largest value") {
    for_all([](draws& drawn) {
        const std::vector<float> row = drawn.row(drawn.number(1, 20));
        float largest = 0;
        for (const float x : row) largest = std::max(largest, std::abs(x));
        const std::uint16_t scale = pleach::row_scale(row);
        REQUIRE(pleach::from_bfloat(scale) * 127 >= largest);
        if (scale > 0) REQUIRE(pleach::from_bfloat(static_cast<std::uint16_t>(scale - 1)) * 127 < largest);
    });
}

TEST_CASE("property: a cut takes exactly k values, the smallest") {
    for_all([](draws& drawn) {
        std::vector<float> values = drawn.row(drawn.number(1, 60));
        for (float& x : values) x = std::abs(x);
        const std::size_t k = drawn.number(0, values.size());
        auto cut = pleach::cut_smallest(std::span(values), k);
        std::vector<float> taken, left;
        for (const float x : values) (cut.takes(x) ? taken : left).push_back(x);
        REQUIRE(taken.size() == k);
        if (!taken.empty() && !left.empty()) REQUIRE(std::ranges::max(taken) <= std::ranges::min(left));
    });
}

TEST_CASE("property: dot products commute, and agree with sums in double") {
    for_all([](draws& drawn) {
        const std::size_t n = drawn.number(0, 150);
        const std::vector<float> a = drawn.row(n), b = drawn.row(n);
        const float product = pleach::dot(a.data(), b.data(), n);
        REQUIRE(product == pleach::dot(b.data(), a.data(), n));
        double sum = 0, size = 0;
        for (std::size_t i = 0; i < n; ++i) {
            sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
            size += std::abs(static_cast<double>(a[i]) * static_cast<double>(b[i]));
        }
        REQUIRE(std::abs(static_cast<double>(product) - sum) <= 1e-5 * size);
    });
}

TEST_CASE("property: soft thresholds shrink by tau, keep signs, and leave zero below it") {
    for_all([](draws& drawn) {
        const std::size_t n = drawn.number(1, 70);
        const std::vector<float> values = drawn.row(n);
        std::vector<float> tau = drawn.row(n), out(n);
        for (float& t : tau) t = std::abs(t);
        pleach::soft_threshold(values.data(), tau.data(), out.data(), n);
        for (std::size_t i = 0; i < n; ++i) {
            if (std::abs(values[i]) <= tau[i])
                REQUIRE(out[i] == 0);
            else
                REQUIRE(out[i] == (values[i] > 0 ? values[i] - tau[i] : values[i] + tau[i]));
        }
    });
}

TEST_CASE("property: schedules stay between their ends, and a cosine never turns back") {
    for_all([](draws& drawn) {
        const pleach::cosine_schedule rate{
            .initial = drawn.real(0.1, 1), .final = drawn.real(0, 0.1), .steps = drawn.number(1, 50)};
        double before = rate.at(0);
        REQUIRE(before == tests::approx(rate.initial));
        for (std::uint64_t step = 1; step <= rate.steps + 2; ++step) {
            const double now = rate.at(step);
            REQUIRE((now <= before && now >= rate.final));
            before = now;
        }
        REQUIRE(before == rate.final);
    });
}

TEST_CASE("property: random numbers depend on their position alone, and stay below what is asked for") {
    for_all([](draws& drawn) {
        const pleach::random_stream stream = drawn.stream();
        const std::uint64_t row = drawn.number(0, 1000), column = drawn.number(0, 1000), n = drawn.number(1, 1000);
        REQUIRE(stream.below(n, row, column) < n);
        const double u = stream.uniform(row, column);
        REQUIRE((u >= 0 && u < 1));
        REQUIRE(stream.bits(row, column) == pleach::random_stream(stream.key()).bits(row, column));
        REQUIRE(stream.fork("a").bits(row) != stream.fork("b").bits(row));
    });
}

}  // namespace values_properties
