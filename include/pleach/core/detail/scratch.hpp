// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Memory for a few rows during one call, on the stack unless they are wide.

#include <pleach/config.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// use(values), n of them, not initialized.
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
