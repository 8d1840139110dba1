// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::mask_overlay needs a writable_row_table, whose entries are all free
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>

#ifdef WRONG
using base = pleach::masked<pleach::dense_table<float>>;
#else
using base = const pleach::dense_table<float>;
#endif

std::size_t width(base& rows, const pleach::bit_mask& mask) { return pleach::mask_overlay<base>(rows, mask).dim(); }
