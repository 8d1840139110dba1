// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks the part of the elementwise concept that the compiler cannot, for your own function:
///
///     const auto report = pleach::testing::check_elementwise<my_function>();
///     if (!report.passed()) std::fputs(report.text().c_str(), stderr);

#include <pleach/core/elementwise.hpp>
#include <pleach/testing/detail/findings.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {

/// Tries F from -3 to 3, in double, except at 0, where functions may have a kink.
template <class F>
[[nodiscard]] conformance_report check_elementwise() {
    static_assert(elementwise<F, double>,
                  "pleach::testing::check_elementwise needs an elementwise function: a type with values(row), in place, and "
                  "slope(x, y)");
    const auto value = [](double x) {
        F::values(std::span<double>(&x, 1));
        return x;
    };
    constexpr double h = 1e-5;
    conformance_report report;
    std::vector<double> inputs;
    for (int i = -48; i <= 48; ++i)
        if (i != 0) inputs.push_back(i / 16.0);
    detail::require_axiom(report, "values takes each element by itself", [&]() -> std::string {
        std::vector<double> row = inputs;
        F::values(std::span<double>(row));
        for (std::size_t i = 0; i < row.size(); ++i)
            if (!detail::is_near(row[i], value(inputs[i]), 1e-14))
                return "at " + std::to_string(inputs[i]) + " it is " + std::to_string(row[i]) + " among others and " +
                       std::to_string(value(inputs[i])) + " alone";
        return {};
    });
    detail::require_axiom(report, "slope is the derivative of values", [&]() -> std::string {
        for (const double x : inputs) {
            const double difference = (value(x + h) - value(x - h)) / (2 * h), slope = F::slope(x, value(x));
            if (!(std::abs(slope - difference) <= 1e-6 * (std::max)(1.0, std::abs(difference))))
                return "at " + std::to_string(x) + " slope says " + std::to_string(slope) + ", differences say " +
                       std::to_string(difference);
        }
        return {};
    });
    return report;
}

}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
