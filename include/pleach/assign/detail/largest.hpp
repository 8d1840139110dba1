// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The few largest entries of a row.

#include <pleach/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

inline void check_terms(std::size_t terms, std::size_t codes) {
    if (terms == 0 || terms > codes)
        throw std::invalid_argument("pleach::assignment: an entity is to have " + std::to_string(terms) +
                                    " terms, but the codebook has " + std::to_string(codes) + " rows; give it from 1 to " +
                                    std::to_string(codes));
}

/// Writes the columns of the ids.size() largest entries, largest first; ties go to the lower column. *Precondition:* no entry
/// is NaN, and row.size() >= ids.size(). *Complexity:* row.size() comparisons, plus ids.size() per entry that enters the list.
template <class T>
void largest_entries(std::span<const T> row, std::span<std::uint32_t> ids) noexcept {
    std::size_t found = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
        if (found == ids.size() && !(row[c] > row[ids[found - 1]])) continue;
        std::size_t at = found < ids.size() ? found++ : found - 1;
        for (; at > 0 && row[c] > row[ids[at - 1]]; --at) ids[at] = ids[at - 1];
        ids[at] = static_cast<std::uint32_t>(c);
    }
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
