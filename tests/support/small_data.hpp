// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Data and tables that are small enough to train on in a test.

#include "support/data/generated.hpp"
#include "support/tables.hpp"

#include <pleach/sparse/masked.hpp>

namespace tests {

using dense = pleach::dense_table<float>;
using masked = pleach::masked<dense>;

/// 120 users, 90 items, about 1 200 train pairs.
inline support::interactions small_data(double valid = 0) {
    support::interactions data =
        support::generate_interactions({.users = 120, .items = 90, .rank = 4, .mean_items = 12, .seed = 5});
    support::carve_validation(data, valid, 1);
    return data;
}

/// Users and items of `data` in one table.
inline dense first_rows(const support::interactions& data, std::size_t dim, double deviation = 0.1) {
    return dense(data.users + data.items, dim, pleach::normal{.deviation = deviation}, pleach::random_stream(3));
}

/// Equal values, bit for bit, and for masked tables equal masks.
template <class Table>
[[nodiscard]] bool same_table(const Table& a, const Table& b) {
    if constexpr (requires { a.mask(); })
        return a.mask() == b.mask() && same_table(a.base(), b.base());
    else
        return a.size() == b.size() && a.dim() == b.dim() &&
               same_bits(std::span(a.rows().data(), a.size() * a.dim()), std::span(b.rows().data(), b.size() * b.dim()));
}

}  // namespace tests
