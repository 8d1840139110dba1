// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/click_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace support {

double softplus(double z) noexcept { return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))); }

click_quality measure_clicks(std::span<const float> logits, std::span<const std::uint8_t> labels) {
    const std::size_t n = labels.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return logits[a] < logits[b]; });
    // Twice the number of pairs that are in order: a tie counts 1. A whole number, so that nothing is rounded.
    std::uint64_t positives = 0, negatives_below = 0, twice_in_order = 0;
    for (std::size_t first = 0; first < n;) {
        std::size_t end = first;
        std::uint64_t ones = 0;
        for (; end < n && logits[order[end]] == logits[order[first]]; ++end) ones += labels[order[end]];
        const std::uint64_t zeros = end - first - ones;
        twice_in_order += ones * (2 * negatives_below + zeros);
        negatives_below += zeros;
        positives += ones;
        first = end;
    }
    click_quality result;
    const std::uint64_t negatives = n - positives;
    result.auc = positives == 0 || negatives == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                  : static_cast<double>(twice_in_order) / 2 / static_cast<double>(positives) /
                                                        static_cast<double>(negatives);
    double predicted = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double z = logits[i];
        result.log_loss += softplus(labels[i] == 1 ? -z : z) / static_cast<double>(n);
        predicted += 1 / (1 + std::exp(-z));
    }
    result.calibration = predicted / static_cast<double>(positives);
    return result;
}

}  // namespace support
