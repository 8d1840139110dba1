// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::masked needs a writable_row_table; to prune a composed table, mask its parts
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>

// A table that is a formula, without stored rows.
struct hashed {
    using value_type = float;
    using id_type = std::uint32_t;
    std::size_t dim() const { return 4; }
    std::size_t size() const { return 10; }
    void lookup(id_type id, std::span<float> out) const {
        for (float& x : out) x = static_cast<float>(id);
    }
};

#ifdef WRONG
using base = hashed;
pleach::masked<base> table{base{}};
#else
static_assert(pleach::enumerable_table<hashed>);
using base = pleach::dense_table<float>;
pleach::masked<base> table{base(10, 4)};
#endif
