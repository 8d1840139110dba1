// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From bytes to values: how many nonzero values fit into a number of bytes, including the bytes that encode their positions.
/// The packings and their sizes are those of packed_bytes.hpp; a file also has a header.

#include <pleach/table/packed_bytes.hpp>

#include <span>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

/// What fits into a budget: `nonzero` values over all parts, packed as `how`, taking `bytes`.
struct value_budget {
    std::size_t nonzero = 0;
    packing how = packing::dense;
    std::size_t bytes = 0;
    friend bool operator==(const value_budget&, const value_budget&) = default;
};

/// The largest number of nonzero values that fit into `bytes`, in the packing that holds most; all values if the parts fit
/// dense. If all parts have the same width, the result holds for any choice of entries.
/// *Throws* std::invalid_argument if nothing fits; the sentence names the smallest sufficient budget.
/// *Complexity:* O(parts).
[[nodiscard]] inline value_budget values_within(std::size_t bytes, std::span<const stored_shape> parts,
                                                std::size_t value_bytes = sizeof(float)) {
    std::size_t all = 0;
    for (const stored_shape& part : parts) all += part.rows * part.cols;
    if (const std::size_t dense = packed_bytes(packing::dense, parts, all, value_bytes); dense <= bytes)
        return {all, packing::dense, dense};
    value_budget best;
    std::size_t smallest = std::size_t(-1);
    for (const packing how : {packing::bitmap, packing::csr}) {
        const std::size_t empty = packed_bytes(how, parts, 0, value_bytes);
        std::size_t column = 0;
        for (const stored_shape& part : parts)
            if (how == packing::csr && column < column_bytes(part.cols)) column = column_bytes(part.cols);
        const std::size_t per_value = value_bytes + column;
        if (smallest > empty + per_value) smallest = empty + per_value;
        if (bytes < empty + per_value) continue;
        const std::size_t fitting = (bytes - empty) / per_value, nonzero = fitting < all ? fitting : all;
        if (nonzero > best.nonzero) best = {nonzero, how, packed_bytes(how, parts, nonzero, value_bytes)};
    }
    if (best.nonzero == 0)
        throw std::invalid_argument("pleach::values_within: a budget of " + std::to_string(bytes) +
                                    " bytes holds no value: the " + "smallest that does is " + std::to_string(smallest) +
                                    " bytes, because each row stores " +
                                    "where its values begin; take more bytes, or fewer and wider rows");
    return best;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
