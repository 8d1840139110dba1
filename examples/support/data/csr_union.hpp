// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/data/csr.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace support {

/// The pairs of both.
[[nodiscard]] inline csr union_of(const csr& a, const csr& b) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const csr* part : {&a, &b})
        for (std::size_t r = 0; r < part->rows(); ++r)
            for (const std::uint32_t c : part->row(r)) pairs.emplace_back(static_cast<std::uint32_t>(r), c);
    return make_csr(a.rows(), pairs);
}

}  // namespace support
