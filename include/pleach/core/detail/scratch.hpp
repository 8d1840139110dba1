// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scratch memory for a few rows during one call: on the stack if small, else on the heap.

#include <pleach/config.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// Calls use(std::span<T>) with n elements of unspecified value. May throw std::bad_alloc if n > 256.
template <class T, class Use>
void with_scratch(std::size_t n, Use&& use) {
    constexpr std::size_t few = 256;
    T near[few];
    std::vector<T> far(n > few ? n : 0);
    use(std::span<T>(far.empty() ? near : far.data(), n));
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
