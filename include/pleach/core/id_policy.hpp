// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a batch verb does with an id that the table does not have. Every verb takes a policy as last argument and means the
/// same by it, over every table; a policy is a type, so that what is not asked for costs nothing. Tables over an open domain
/// have every id, and ignore it.

#include <pleach/config.hpp>

#include <concepts>

namespace pleach {
inline namespace PLEACH_ABI {

/// std::out_of_range that says which id, where, and what ids there are; nothing is written. The default everywhere.
struct throw_bad_ids {};

/// Its row is zero: it is copied as zeros, adds nothing to a sum, and counts in a mean.
struct zero_bad_ids {};

/// It stands for the last id. A table without rows has none, and throws.
struct clamp_bad_ids {};

/// There are none, says the caller. Nothing is looked at: an id beyond the table reads beyond its memory.
struct trust_ids {};

/// T is one of the above.
template <class T>
concept id_policy = std::same_as<T, throw_bad_ids> || std::same_as<T, zero_bad_ids> || std::same_as<T, clamp_bad_ids> ||
                    std::same_as<T, trust_ids>;

}  // namespace PLEACH_ABI
}  // namespace pleach
