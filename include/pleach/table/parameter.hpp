// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The one enumeration of what a table stores. Optimizers, clipping, checkpoints, footprints and gradient checks all walk it:
/// `table.for_each_parameter(visit)` to read, `table.for_each_parameter(gradient, visit)` to step.

#include <pleach/core/bit_mask.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/table/row_gradient.hpp>

#include <cstdint>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {

/// What a parameter is for; update rules are bound by role. Constants are weights that no step moves and that have no gradient.
enum class role : std::uint8_t { weights = 0, thresholds = 1, gates = 2, constants = 3 };

/// How many values of a parameter are not zero as the table shows them, for tables that change values on the way (a soft
/// threshold); empty where values are shown as stored.
struct live_count {
    const void* table = nullptr;
    std::size_t (*count)(const void*) = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept { return count != nullptr; }
    [[nodiscard]] std::size_t operator()() const { return count(table); }
};

/// A parameter as read: its stable name (part of the checkpoint format), role, values, and the entries that are free
/// (support null: all of them).
template <class T>
struct stored_parameter {
    std::string_view name;
    role kind;
    matrix_view<const T> values;
    const bit_mask* support;
    live_count live{};
};

/// A parameter as stepped: the same, with writable values and the gradient that belongs to them.
template <class T>
struct parameter {
    std::string_view name;
    role kind;
    matrix_view<T> values;
    row_gradient<T>& gradient;
    const bit_mask* support;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
