// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Training diverged, or missed its budget.

#include <pleach/core/matrix.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace support {

/// A loss or a row is not finite. Programs end with exit code 4.
class diverged : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A search ended with more or fewer values than its budget. Programs end with exit code 5.
class missed_budget : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Checks rows before they are scored, users first: the effect of the last training step is not seen by any loss. *Throws*
/// diverged if a value is not finite, or if the score of a user and an item may overflow.
inline void require_scores(pleach::matrix_view<const float> rows, std::size_t users) {
    double longest[2] = {0, 0};
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        double squares = 0;
        for (const float x : rows.row(r)) squares += static_cast<double>(x) * static_cast<double>(x);
        if (!std::isfinite(squares))
            throw diverged("row " + std::to_string(r) +
                           " has a value that is not finite: training has diverged; a smaller --lr " + "usually helps");
        double& most = longest[r < users ? 0 : 1];
        most = std::max(most, std::sqrt(squares));
    }
    if (longest[0] * longest[1] >= static_cast<double>(std::numeric_limits<float>::max()))
        throw diverged("rows have become so large that scores overflow: training has diverged; a smaller --lr usually helps");
}

}  // namespace support
