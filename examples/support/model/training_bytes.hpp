// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace support {

/// Bytes that training holds for a table: of its values and masks, of its gradient, of the optimizer's state, and of the gradients
/// that are remembered until the next swap (--table dsl).
struct training_bytes {
    std::size_t table = 0;
    std::size_t gradient = 0;
    std::size_t optimizer = 0;
    std::size_t swaps = 0;
};

}  // namespace support
