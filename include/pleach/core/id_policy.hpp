// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a batch verb does with an id that the table does not have: `gather(table, ids, out, {.ids = id_policy::zero})`. The
/// policy means the same for every verb and table. Tables over an open domain have every id and ignore it.

#include <pleach/config.hpp>

#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

enum class id_policy : std::uint8_t {
    /// Throws std::out_of_range naming the id, its position and the valid range; nothing is written. The default everywhere.
    refuse,
    /// The row is zero: copied as zeros, adds nothing to a sum, and counts in a mean.
    zero,
    /// Replaced by the last id. *Throws* for a table without rows.
    clamp,
    /// The caller guarantees valid ids; nothing is checked. An invalid id reads out of bounds.
    trust,
};

}  // namespace PLEACH_ABI
}  // namespace pleach
