// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/squash.hpp>

#include "support/catch.hpp"

#include <limits>
#include <vector>

TEMPLATE_TEST_CASE("sigmoid_values is the sigmoid, in vectors and without, up to rounding", "", float, double) {
    using T = TestType;
    std::vector<T> s;
    for (T x = -40; x <= 40; x += T(0.37)) s.push_back(x);
    std::vector<T> vectors(s.size()), scalars(s.size());
    pleach::sigmoid_values(s.data(), s.size(), vectors.data());
    pleach::sigmoid_values<pleach::scalar_arch>(s.data(), s.size(), scalars.data());
    for (std::size_t i = 0; i < s.size(); ++i) {
        const double exact = 1 / (1 + std::exp(-static_cast<double>(s[i])));
        CHECK(static_cast<double>(vectors[i]) ==
              tests::approx(exact).epsilon(16 * static_cast<double>(std::numeric_limits<T>::epsilon())));
        CHECK(static_cast<double>(scalars[i]) ==
              tests::approx(exact).epsilon(16 * static_cast<double>(std::numeric_limits<T>::epsilon())));
    }
}

TEMPLATE_TEST_CASE("an element's bits do not depend on where it stands, and far ends are 0 and 1", "", float, double) {
    using T = TestType;
    std::vector<T> s(70, T(-1.23)), out(70);
    pleach::sigmoid_values(s.data(), s.size(), out.data());
    for (const T x : out) CHECK(x == out[0]);
    const T ends[] = {-1000, 1000, -std::numeric_limits<T>::infinity(), std::numeric_limits<T>::infinity()};
    pleach::sigmoid_values(ends, 4, out.data());
    CHECK((out[0] == 0 && out[1] == 1 && out[2] == 0 && out[3] == 1));
    const T nan = std::numeric_limits<T>::quiet_NaN();
    pleach::sigmoid_values(&nan, 1, out.data());
    CHECK(out[0] != out[0]);
}

TEMPLATE_TEST_CASE("tanh_values is tanh, in vectors and without, up to rounding, wherever an element stands", "", float,
                   double) {
    using T = TestType;
    const double allowed = 16 * static_cast<double>(std::numeric_limits<T>::epsilon());
    std::vector<T> s{0, T(1e-6), T(-1e-6), T(0.5), 1000, -1000};
    for (T x = -12; x <= 12; x += T(0.37)) s.push_back(x);
    std::vector<T> vectors(s.size()), scalars(s.size());
    pleach::tanh_values(s.data(), s.size(), vectors.data());
    pleach::tanh_values<pleach::scalar_arch>(s.data(), s.size(), scalars.data());
    for (std::size_t i = 0; i < s.size(); ++i) {
        const double exact = std::tanh(static_cast<double>(s[i]));
        CHECK(static_cast<double>(vectors[i]) == tests::approx(exact).epsilon(allowed));
        CHECK(static_cast<double>(scalars[i]) == tests::approx(exact).epsilon(allowed));
    }
    std::vector<T> same(70, T(-0.23));
    pleach::tanh_values(same.data(), same.size(), same.data());
    for (const T x : same) CHECK(x == same[0]);
}
