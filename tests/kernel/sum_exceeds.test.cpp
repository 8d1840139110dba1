// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/sum_exceeds.hpp>

#include "support/catch.hpp"

#include <limits>
#include <vector>

TEMPLATE_TEST_CASE("sum_exceeds adds rows and tells of any sum above its threshold, in vectors and without", "", float, double) {
    using T = TestType;
    const auto check = [](auto arch) {
        using Arch = decltype(arch);
        constexpr std::size_t width = pleach::panel_rows<Arch, T>;
        std::vector<T> a(width), b(width), bar(width), out(width);
        for (std::size_t j = 0; j < width; ++j) {
            a[j] = static_cast<T>(j);
            b[j] = static_cast<T>(2 * j);
            bar[j] = static_cast<T>(3 * j);
        }
        const T* rows[] = {a.data(), b.data()};
        REQUIRE_FALSE(pleach::sum_exceeds<Arch>(rows, 2, bar.data(), out.data()));
        REQUIRE(out == bar);
        for (std::size_t j = 0; j < width; ++j) {
            auto lower = bar;
            lower[j] -= T{1};
            REQUIRE(pleach::sum_exceeds<Arch>(rows, 2, lower.data(), out.data()));
            lower[j] = std::numeric_limits<T>::quiet_NaN();
            REQUIRE(pleach::sum_exceeds<Arch>(rows, 2, lower.data(), out.data()));
        }
        REQUIRE_FALSE(pleach::sum_exceeds<Arch>(rows, 1, bar.data(), out.data()));
        REQUIRE(out == a);
    };
    check(pleach::default_arch{});
    check(pleach::scalar_arch{});
}
