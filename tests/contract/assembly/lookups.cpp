// SPDX-License-Identifier: Apache-2.0
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>

using table = pleach::masked<pleach::dense_table<float>>;

void sum_rows(const table& rows, std::span<const std::uint32_t> ids, std::span<float> row, std::span<float> sum) {
    for (const auto id : ids) {
        rows.lookup(id, row);
        for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += row[c];
        rows.add_to(sum, id, 0.5f);
    }
}

#ifdef WITH_VIRTUAL
struct any_table {
    virtual void lookup(std::uint32_t id, std::span<float> out) const = 0;
};

void sum_rows(const any_table& rows, std::span<const std::uint32_t> ids, std::span<float> row, std::span<float> sum) {
    for (const auto id : ids) {
        rows.lookup(id, row);
        for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += row[c];
    }
}
#endif
