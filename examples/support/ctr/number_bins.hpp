// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers as values of a field: intervals with about as many numbers each, cut from the train part. A number that fills an
/// interval by itself, such as the 0 that most examples have, gets one of its own; the others share what is left.

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace support {

class number_bins {
public:
    number_bins() = default;
    /// At most `count` intervals. *Complexity:* O(n log n).
    number_bins(std::vector<float> numbers, std::size_t count) {
        std::ranges::sort(numbers);
        std::size_t left = numbers.size(), bins = count;
        for (std::size_t at = 0; at < numbers.size() && bins > 0;) {
            // The interval ends with the number that fills it, or before one that fills an interval by itself.
            const std::size_t aim = std::max<std::size_t>(1, (left + bins - 1) / bins);
            const std::size_t begin = at;
            while (at < numbers.size() && (bins == 1 || at - begin < aim)) {
                const auto same =
                    std::ranges::upper_bound(numbers.begin() + static_cast<std::ptrdiff_t>(at), numbers.end(), numbers[at]);
                const auto end = static_cast<std::size_t>(same - numbers.begin());
                if (bins > 1 && at > begin && end - at >= aim) break;
                at = end;
            }
            uppers_.push_back(numbers[at - 1]);
            left -= at - begin;
            --bins;
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return uppers_.size(); }
    /// The largest number of each interval that was seen.
    [[nodiscard]] std::span<const float> uppers() const noexcept { return uppers_; }
    /// The interval of a number; the last one has no end. *Precondition:* size() > 0.
    [[nodiscard]] std::size_t of(float number) const noexcept {
        const auto found = std::ranges::lower_bound(uppers_, number);
        return std::min(static_cast<std::size_t>(found - uppers_.begin()), uppers_.size() - 1);
    }

private:
    std::vector<float> uppers_;
};

}  // namespace support
