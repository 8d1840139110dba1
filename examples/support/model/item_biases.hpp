// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A bias for each item: the score of user u and item i is <u, i> + b_i. Users need none, since a constant changes neither a
/// ranking nor the losses here.
///
/// Biases are a column of the scored rows, the last: 1 in the row of a user, b_i in that of item i. Dot products of rows are
/// then the scores, and losses, metrics, ranking and frozen rows need to know nothing of biases. Encoders see the other columns.

#include "support/model/batch.hpp"

#include <pleach/core/matrix_view.hpp>
#include <pleach/table/dense_table.hpp>

#include <span>
#include <vector>

namespace support {

/// The first columns of each row.
template <class T>
[[nodiscard]] pleach::matrix_view<T> first_columns(pleach::matrix_view<T> rows, std::size_t columns) {
    return {rows.data(), rows.rows(), columns, rows.stride()};
}

class item_biases {
public:
    /// None: scored rows have no column of biases.
    item_biases() = default;
    /// All 0.
    explicit item_biases(std::size_t items) : row_(1, items) {}

    /// How many columns they add to a scored row: 1, or 0 without biases.
    [[nodiscard]] std::size_t columns() const noexcept { return row_.size(); }
    [[nodiscard]] bool is_empty() const noexcept { return columns() == 0; }
    [[nodiscard]] std::span<const float> values() const noexcept { return is_empty() ? std::span<const float>() : row_.row(0); }
    [[nodiscard]] std::span<float> values() noexcept { return is_empty() ? std::span<float>() : row_.row(0); }

    /// The parameter, which optimizers step and checkpoints save: one row, so that a step is one pass over all items.
    [[nodiscard]] const pleach::dense_table<float>& table() const noexcept { return row_; }
    [[nodiscard]] pleach::dense_table<float>& table() noexcept { return row_; }

    /// The last value of the scored row of a node, users first. *Precondition:* there are biases.
    [[nodiscard]] float of_node(std::size_t node, std::size_t users) const noexcept {
        return node < users ? 1.0F : values()[node - users];
    }
    /// Writes the last column of scored rows, those of `nodes`, or of all users and items.
    void write(std::span<const std::uint32_t> nodes, std::size_t users, pleach::matrix_view<float> rows) const {
        if (is_empty()) return;
        for (std::size_t r = 0; r < nodes.size(); ++r) rows.row(r).back() = of_node(nodes[r], users);
    }
    void write_all(std::size_t users, pleach::matrix_view<float> rows) const {
        if (is_empty()) return;
        for (std::size_t n = 0; n < rows.rows(); ++n) rows.row(n).back() = of_node(n, users);
    }

    /// The gradient of the biases, from that of the scored rows of `nodes`, which are distinct.
    void pull_back(std::span<const std::uint32_t> nodes, std::size_t users, pleach::matrix_view<const float> gradient,
                   pleach::row_gradient<float>& into) const {
        if (is_empty()) return;
        const std::span<float> of_items = into.row(0);
        for (std::size_t r = 0; r < nodes.size(); ++r)
            if (nodes[r] >= users) of_items[nodes[r] - users] = gradient.row(r).back();
    }

    friend bool operator==(const item_biases&, const item_biases&) = default;

private:
    pleach::dense_table<float> row_;
};

}  // namespace support
