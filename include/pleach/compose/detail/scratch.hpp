// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Memory for a few rows during one call, on the stack unless they are wide; and the gradient type of tables that may have none.

#include <pleach/table/concepts.hpp>

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

struct no_gradient {};

template <class Table>
struct gradient_of {
    using type = no_gradient;
};
template <has_gradient Table>
struct gradient_of<Table> {
    using type = typename Table::gradient_type;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
