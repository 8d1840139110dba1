// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::prune needs a prunable_table
#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/table/dense_table.hpp>

using search = pleach::soft_thresholded<pleach::dense_table<float>>;
using ticket = pleach::masked<pleach::dense_table<float>>;

// The entries of a search go by its thresholds, and what is left is drawn as a ticket.
#ifdef WRONG
void halve(search& table) {
#else
void halve(ticket& table) {
#endif
    pleach::prune(table, pleach::magnitude{.fraction = 0.5});
}
