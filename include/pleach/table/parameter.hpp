// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The single enumeration of what a table stores, used by optimizers, clipping, checkpoints, footprints and gradient checks:
/// `table.for_each_parameter(visit)` to read, `table.for_each_parameter(gradient, visit)` to step.

#include <pleach/core/bit_mask.hpp>
#include <pleach/table/parameter_rows.hpp>
#include <pleach/table/row_gradient.hpp>

#include <cstdint>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {

/// The purpose of a parameter; update rules are bound by role. Constants are weights without a gradient, which no step moves.
enum class role : std::uint8_t { weights = 0, thresholds = 1, gates = 2, constants = 3 };

/// Counts the values of a parameter that are nonzero in a lookup, for tables that change values on reading (a soft threshold);
/// empty if values are read as stored.
struct live_count {
    const void* table = nullptr;
    std::size_t (*count)(const void*) = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept { return count != nullptr; }
    [[nodiscard]] std::size_t operator()() const { return count(table); }
};

/// A parameter as read: its stable name (part of the checkpoint format), role, values, and the mask of its live entries (null:
/// all entries are live). If the values are packed, only those of live entries are stored.
template <class T>
struct stored_parameter {
    std::string_view name;
    pleach::role role;
    parameter_rows<const T> values;
    const bit_mask* support;
    live_count live{};

    /// The mask that tells which of the stored values are live; null if all are.
    [[nodiscard]] const bit_mask* mask() const noexcept { return values.is_packed() ? nullptr : support; }
};

/// A parameter as stepped: the same, with writable values and their gradient, whose rows are as long.
template <class T>
struct parameter {
    std::string_view name;
    pleach::role role;
    parameter_rows<T> values;
    row_gradient<T>& gradient;
    const bit_mask* support;

    /// As above.
    [[nodiscard]] const bit_mask* mask() const noexcept { return values.is_packed() ? nullptr : support; }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
