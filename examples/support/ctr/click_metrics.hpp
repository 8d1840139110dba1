// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How well probabilities of clicks fit the labels of a part.

#include <cstddef>
#include <cstdint>
#include <span>

namespace support {

struct click_quality {
    /// Probability that an example with label 1 is scored above one with label 0, ties counting half (Mann and Whitney, 1947).
    /// Not a number if all labels are equal.
    double auc = 0;
    double log_loss = 0;     ///< mean, natural logarithm
    double calibration = 0;  ///< sum of the probabilities over the sum of the labels
    friend bool operator==(const click_quality&, const click_quality&) = default;
};

/// log(1 + exp(z)) without overflow.
[[nodiscard]] double softplus(double z) noexcept;

/// Exact for any number of equal scores. `logits[i]` belongs to `labels[i]`; probabilities are their sigmoid.
/// *Precondition:* as many logits as labels, at least one; labels are 0 or 1. *Complexity:* O(n log n).
[[nodiscard]] click_quality measure_clicks(std::span<const float> logits, std::span<const std::uint8_t> labels);

}  // namespace support
