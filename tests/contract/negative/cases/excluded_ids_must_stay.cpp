// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::ascending_ids needs a std::span or a reference to a vector
#include <pleach/table/dense_table.hpp>
#include <pleach/table/top_k.hpp>

#include <vector>

// A vector that is returned by value is gone before its ids are read.
void rank(const pleach::dense_table<float>& items, pleach::matrix_view<const float> queries,
          const std::vector<std::vector<std::uint32_t>>& seen) {
#ifdef WRONG
    const auto excluded = [&](std::size_t q) { return seen[q]; };
#else
    const auto excluded = [&](std::size_t q) { return std::span(seen[q]); };
#endif
    pleach::top_k(items, queries, 5, [](std::size_t, auto) {}, {.excluded = excluded});
}
