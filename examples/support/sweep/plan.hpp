// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The cells of a sweep: which runs of a trainer give a method's tables at the budgets asked for.
///
/// | method | table | runs |
/// |---|---|---|
/// | dense | every value | one, the reference |
/// | narrow | dense, with fewer columns | one for each budget |
/// | narrow-f16, narrow-i8, narrow-n4, narrow-n4b, narrow-n3b, narrow-n2b | dense, with fewer columns, frozen in that value code | one for each budget |
/// | start | every value, trained for a short time: say with --tuned how long | one |
/// | rotated | masked, begun with the rows of start, turned and cut | one for each budget |
/// | iterative, one-shot, random | masked, cut by magnitude round after round, at once, or by chance | one for all budgets |
/// | pep | thresholds, one for each value | one for each budget |
/// | cerp | thresholds in two tables of shared rows | one for each budget |
/// | qr, hash, double-hash | shared rows | one for each budget |
/// | legcf, c2f | weighted sums of a few codes, as many codes as fit beside the weights | one for each budget |
///
/// A budget is a share of the bytes of the dense table, with what says where values stand counted.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace support {

struct sweep_request {
    std::vector<std::string> methods;
    std::vector<double> budgets;  ///< falling
    std::vector<std::uint64_t> seeds;
};

/// Rows and columns of the dense table.
struct table_shape {
    std::size_t rows = 0;
    std::size_t cols = 0;
};

struct sweep_cell {
    std::string name;  ///< of its directory
    std::string method;
    std::uint64_t seed = 0;
    std::vector<double> budgets;    ///< that it gives tables for
    std::vector<double> densities;  ///< of the rounds that are these tables; empty: the last round is
    std::vector<std::string> flags;
    bool is_frozen = false;      ///< bytes and test quality are those of its frozen files
    bool follows_start = false;  ///< its first rows are those that the start cell of its seed found best
};

/// Every method that a sweep knows.
const std::vector<std::string>& sweep_methods();

/// The flags in those of `METHOD=FLAGS` texts that name this method, at their spaces. *Throws* usage_error if a text names none.
std::vector<std::string> flags_of_method(const std::vector<std::string>& tuned, const std::string& method);

/// The cells, dense ones first. *Throws* usage_error for an unknown method, a budget outside of (0, 1), or one that holds no
/// value.
std::vector<sweep_cell> plan_sweep(const sweep_request& asked, table_shape dense);

/// The cells of every value need no shape; from the dense one the shape is known.
sweep_cell dense_cell(std::uint64_t seed);
sweep_cell start_cell(std::uint64_t seed);

}  // namespace support
