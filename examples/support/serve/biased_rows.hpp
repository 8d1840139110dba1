// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of users, then items, as they are scored in a model with biases (model/item_biases.hpp), from a table without them.

#include "support/model/item_biases.hpp"
#include "support/serve/served_table.hpp"

#include <pleach/table/concepts.hpp>

#include <utility>

namespace support {

/// The rows of a table and, if there are biases, one more column. A view of the table, which must outlive it.
template <pleach::enumerable_table Table>
class biased_rows {
public:
    using value_type = float;
    using id_type = typename Table::id_type;

    /// *Precondition:* users <= rows.size(), and there are no biases or as many as other rows.
    biased_rows(const Table& rows, std::size_t users, item_biases biases)
        : rows_(&rows), users_(users), biases_(std::move(biases)) {}

    [[nodiscard]] std::size_t size() const noexcept { return rows_->size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return rows_->dim() + biases_.columns(); }
    void lookup(id_type id, std::span<float> out) const {
        rows_->lookup(id, out.first(rows_->dim()));
        if (!biases_.is_empty()) out.back() = biases_.of_node(id, users_);
    }

private:
    const Table* rows_;
    std::size_t users_;
    item_biases biases_;
};

/// The biases in a file of one value for each item, such as biases.frozen. *Throws:* input_error if it has another shape;
/// what open_served throws.
[[nodiscard]] item_biases read_biases(const std::filesystem::path& path, std::size_t items);

}  // namespace support
