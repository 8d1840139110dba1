// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which threshold or gate applies to the element (row, col) of a table: a layout from elements to the slots of a small matrix.
/// The six granularities of PEP (Liu et al., "Learnable Embedding Sizes for Recommender Systems", ICLR 2021), as types instead
/// of a shape-dependent number. Your own needs the four members of the concept.

#include <pleach/core/matrix.hpp>

#include <concepts>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Shape of the matrix of slots.
struct slot_extents {
    std::size_t rows;
    std::size_t cols;
};

/// T lays out thresholds or gates: `extents(rows, dim)` is the shape of the slots for a table of that shape, and element (r, c)
/// uses slot (row(r), col(c)). `check(rows)` throws std::invalid_argument if T does not fit a table of `rows` rows.
template <class T>
concept granularity = std::copyable<T> && requires(const T& layout, std::size_t n) {
    { layout.extents(n, n) } -> std::same_as<slot_extents>;
    { layout.row(n) } -> std::same_as<std::size_t>;
    { layout.col(n) } -> std::same_as<std::size_t>;
    layout.check(n);
};

/// One slot for all elements.
struct per_table {
    [[nodiscard]] static slot_extents extents(std::size_t, std::size_t) noexcept { return {1, 1}; }
    [[nodiscard]] static std::size_t row(std::size_t) noexcept { return 0; }
    [[nodiscard]] static std::size_t col(std::size_t) noexcept { return 0; }
    static void check(std::size_t) noexcept {}
};

/// One slot per column.
struct per_dim {
    [[nodiscard]] static slot_extents extents(std::size_t, std::size_t dim) noexcept { return {1, dim}; }
    [[nodiscard]] static std::size_t row(std::size_t) noexcept { return 0; }
    [[nodiscard]] static std::size_t col(std::size_t c) noexcept { return c; }
    static void check(std::size_t) noexcept {}
};

/// One slot per row.
struct per_row {
    [[nodiscard]] static slot_extents extents(std::size_t rows, std::size_t) noexcept { return {rows, 1}; }
    [[nodiscard]] static std::size_t row(std::size_t r) noexcept { return r; }
    [[nodiscard]] static std::size_t col(std::size_t) noexcept { return 0; }
    static void check(std::size_t) noexcept {}
};

/// One slot per element.
struct per_element {
    [[nodiscard]] static slot_extents extents(std::size_t rows, std::size_t dim) noexcept { return {rows, dim}; }
    [[nodiscard]] static std::size_t row(std::size_t r) noexcept { return r; }
    [[nodiscard]] static std::size_t col(std::size_t c) noexcept { return c; }
    static void check(std::size_t) noexcept {}
};

/// The group of each row.
class row_groups {
public:
    /// `group_of[r]` is the group of row r. *Throws* std::invalid_argument if there are no rows.
    explicit row_groups(std::vector<std::uint32_t> group_of) : groups_(std::move(group_of)) {
        if (groups_.empty()) throw std::invalid_argument("pleach::row_groups: there are no rows; give one group for each row");
        for (const std::uint32_t group : groups_) count_ = group >= count_ ? std::size_t{group} + 1 : count_;
    }

    [[nodiscard]] std::size_t of(std::size_t r) const noexcept { return groups_[r]; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    void check(std::size_t rows) const {
        if (rows != groups_.size())
            throw std::invalid_argument("pleach::row_groups: " + std::to_string(groups_.size()) +
                                        " rows have a group, but the "
                                        "table has " +
                                        std::to_string(rows) + " rows; give one group for each row");
    }

private:
    std::vector<std::uint32_t> groups_;
    std::size_t count_ = 0;
};

/// One slot per group of rows ("field").
struct per_group {
    row_groups groups;
    [[nodiscard]] slot_extents extents(std::size_t, std::size_t) const noexcept { return {groups.count(), 1}; }
    [[nodiscard]] std::size_t row(std::size_t r) const noexcept { return groups.of(r); }
    [[nodiscard]] static std::size_t col(std::size_t) noexcept { return 0; }
    void check(std::size_t rows) const { groups.check(rows); }
};

/// One slot per group and column.
struct per_group_and_dim {
    row_groups groups;
    [[nodiscard]] slot_extents extents(std::size_t, std::size_t dim) const noexcept { return {groups.count(), dim}; }
    [[nodiscard]] std::size_t row(std::size_t r) const noexcept { return groups.of(r); }
    [[nodiscard]] static std::size_t col(std::size_t c) noexcept { return c; }
    void check(std::size_t rows) const { groups.check(rows); }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
