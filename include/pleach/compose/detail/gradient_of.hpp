// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The gradient type of tables that may have none.

#include <pleach/table/concepts.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

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
