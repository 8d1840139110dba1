// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Index maps as metadata: what is read leads none of the entities that it was checked for beyond the rows that it says.

#include <pleach/frozen/any_map.hpp>

#include "files/fuzz/targets.hpp"

namespace fuzz {

/// A number of entities, of up to eight bytes, and the text of a map.
inline void maps(bytes input) {
    choices from(input);
    const std::uint64_t entities = from.take<std::uint64_t>() >> (8 * from.below(8));
    const auto map = pleach::frozen::from_metadata<pleach::frozen::any_map>(as_text(from.rest()));
    if (!map || entities == 0) return;
    const std::uint64_t reached = map->reach(entities);
    if (reached == 0) return;  // refused
    const auto check = [&](std::uint64_t entity) {
        require((*map)(entity) < reached, "no entity is mapped beyond the rows that were checked");
    };
    for (std::uint64_t i = 0; i < 100; ++i) {
        if (i < entities) check(i);
        check(entities - 1 - i % entities);
        check(entities / 100 * i);
    }
}

}  // namespace fuzz
