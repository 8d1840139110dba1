// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Takes the state of an update rule along when other entries become live.

#include <pleach/core/bit_mask.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// Of rows stored whole: clears the numbers of entries that are not in both masks.
template <class State>
void clear_state_outside(State& state, const bit_mask& before, const bit_mask& after) {
    bit_mask both = before;
    both &= after;
    for (std::size_t r = 0; r < both.rows(); ++r) state.mask(r, both.row_words(r).data());
}

/// Of packed rows: copies the numbers of entries that are in both masks from `from`, which has one for each bit of `before`, to
/// `into`, which has one for each bit of `after`.
template <class State>
void move_packed_state(State& from, const bit_mask& before, State& into, const bit_mask& after) {
    std::vector<std::pair<std::size_t, std::size_t>> moves;
    std::size_t old = 0, now = 0;
    for (std::size_t w = 0; w < before.words().size(); ++w) {
        const std::uint64_t a = before.words()[w], b = after.words()[w];
        for (std::uint64_t both = a & b; both != 0; both &= both - 1) {
            const std::uint64_t below = (both & (~both + 1)) - 1;
            moves.emplace_back(old + static_cast<std::size_t>(std::popcount(a & below)),
                               now + static_cast<std::size_t>(std::popcount(b & below)));
        }
        old += static_cast<std::size_t>(std::popcount(a));
        now += static_cast<std::size_t>(std::popcount(b));
    }
    std::size_t array = 0;
    from.for_each_array([&]<class Source>(std::string_view, Source&& source) {
        std::size_t other = 0;
        into.for_each_array([&]<class Target>(std::string_view, Target&& target) {
            if (other++ != array) return;
            if constexpr (std::same_as<Source, Target>)
                for (const auto& [first, second] : moves) target[second] = source[first];
        });
        ++array;
    });
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
