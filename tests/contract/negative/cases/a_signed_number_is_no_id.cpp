// SPDX-License-Identifier: Apache-2.0
// sentence: unsigned_number
#include <pleach/table/dense_table.hpp>

#ifdef WRONG
using id = int;
#else
using id = unsigned;
#endif

std::size_t rows(const pleach::dense_table<float, id>& table) { return table.size(); }
