// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/step_rows.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <limits>

namespace step_rows_test {

using pleach::native_arch;
using pleach::scalar_arch;

namespace {

// The same step by vectors and by scalars on rows at an offset; with a gradient, and with a zero one given as null.
template <class T, std::size_t Moments, class Step>
void require_same_bits(const Step& step) {
    for (std::size_t n = 1; n <= 130; ++n)
        for (std::size_t offset = 0; offset < 4; ++offset) {
            const auto g = tests::random_row<T>(n + offset, 1);
            const std::vector<T> zero(n + offset);
            auto w = tests::random_row<T>(n + offset + 5, 2), a = tests::random_row<T>(n + offset + 5, 3), b = a;
            for (T& x : a) x = std::abs(x);
            for (T& x : b) x = std::abs(x);
            auto w2 = w, a2 = a, b2 = b, w3 = w, a3 = a, b3 = b, w4 = w, a4 = a, b4 = b;
            const auto run = [&](auto arch, const T* gradient, auto& x, auto& y, auto& z) {
                using arch_type = decltype(arch);
                if constexpr (Moments == 0)
                    pleach::step_row<arch_type>(step, gradient, n, x.data() + offset);
                else if constexpr (Moments == 1)
                    pleach::step_row<arch_type>(step, gradient, n, x.data() + offset, y.data() + offset);
                else
                    pleach::step_row<arch_type>(step, gradient, n, x.data() + offset, y.data() + offset, z.data() + offset);
            };
            run(native_arch{}, g.data() + offset, w, a, b);
            run(scalar_arch{}, g.data() + offset, w2, a2, b2);
            run(native_arch{}, static_cast<const T*>(nullptr), w3, a3, b3);
            run(scalar_arch{}, zero.data() + offset, w4, a4, b4);
            CAPTURE(n, offset);
            REQUIRE(tests::same_bits(w, w2));
            REQUIRE(tests::same_bits(a, a2));
            REQUIRE(tests::same_bits(b, b2));
            REQUIRE(tests::same_bits(w3, w4));
            REQUIRE(tests::same_bits(a3, a4));
            REQUIRE(tests::same_bits(b3, b4));
        }
}

}  // namespace

TEMPLATE_TEST_CASE("a step of sgd gives the same bits in vectors and scalars", "", float, double) {
    require_same_bits<TestType, 0>(pleach::sgd_step<TestType>{TestType(0.1), TestType(0.01)});
}

TEMPLATE_TEST_CASE("a step of adagrad gives the same bits in vectors and scalars", "", float, double) {
    require_same_bits<TestType, 1>(pleach::adagrad_step<TestType>{TestType(0.1), TestType(0.01), TestType(1e-10)});
}

TEMPLATE_TEST_CASE("a step of adam gives the same bits in vectors and scalars", "", float, double) {
    require_same_bits<TestType, 2>(pleach::adam_step<TestType>{TestType(0.1), TestType(0.01), TestType(0.999), TestType(0.9),
                                                               TestType(0.1), TestType(0.999), TestType(0.001), TestType(3),
                                                               TestType(1e-8)});
}

TEST_CASE("a step follows its formula") {
    double w = 2, m = 0.5, v = 0.25;
    const double g = 3;
    pleach::step_row(pleach::adam_step<double>{0.1, 0.01, 0.9, 0.8, 0.2, 0.7, 0.3, 2, 1e-3}, &g, 1, &w, &m, &v);
    const double decayed = 3 + 0.01 * 2, m1 = 0.8 * 0.5 + 0.2 * decayed, v1 = 0.7 * 0.25 + 0.3 * decayed * decayed;
    REQUIRE(m == tests::approx(m1).epsilon(1e-14));
    REQUIRE(v == tests::approx(v1).epsilon(1e-14));
    REQUIRE(w == tests::approx(0.9 * 2 - 0.1 * m1 / (std::sqrt(v1) * 2 + 1e-3)).epsilon(1e-14));
}

TEMPLATE_TEST_CASE("subnormal elements become 0 and the others stay, in vectors and scalars", "", float, double) {
    const auto min = std::numeric_limits<TestType>::min();
    for (std::size_t n = 0; n < 40; ++n) {
        std::vector<TestType> x(n), expected(n);
        for (std::size_t i = 0; i < n; ++i) {
            x[i] = std::vector<TestType>{min, -min / 2, 1, std::numeric_limits<TestType>::denorm_min(), -min, 0}[i % 6];
            expected[i] = i % 6 == 1 || i % 6 == 3 ? 0 : x[i];
        }
        auto scalar = x;
        pleach::clear_subnormals<native_arch>(n, x.data());
        pleach::clear_subnormals<scalar_arch>(n, scalar.data());
        REQUIRE((x == expected && scalar == expected));
    }
}

}  // namespace step_rows_test
