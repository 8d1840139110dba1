// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a batch verb does with an id that the table does not have: `gather(table, ids, out, {.ids = id_policy::zero})`. Every verb
/// means the same by it, over every table. Tables over an open domain have every id, and ignore it.

#include <pleach/config.hpp>

#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

enum class id_policy : std::uint8_t {
    /// std::out_of_range that says which id, where, and what ids there are; nothing is written. The default everywhere.
    refuse,
    /// Its row is zero: it is copied as zeros, adds nothing to a sum, and counts in a mean.
    zero,
    /// It stands for the last id. A table without rows has none, and throws.
    clamp,
    /// The caller guarantees valid ids; nothing is checked. An id beyond the table reads beyond its memory.
    trust,
};

}  // namespace PLEACH_ABI
}  // namespace pleach
