// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The cells of a sweep: the runs of a trainer that give a method's tables at the requested budgets.
///
/// | method | table | runs |
/// |---|---|---|
/// | dense | every value | one, the reference |
/// | narrow | dense, with fewer columns | one for each budget |
/// | narrow-f16, narrow-i8, narrow-n4, narrow-n4b, narrow-n3b, narrow-n2b, narrow-n1b | dense, with fewer columns, frozen in that value code | one for each budget |
/// | quantized-n4, quantized-n4b, quantized-n3b, quantized-n2b, quantized-n1b | rows that train in that code, with fewer columns | one for each budget |
/// | coded | sums of codewords, fitted to the rows that --tuned names with --init rows, as wide as these | one for each budget |
/// | start | every value, trained for a short time, which --tuned sets | one |
/// | rotated | masked, initialized with the rows of start, rotated and cut | one for each budget |
/// | iterative, one-shot, random | masked, cut by magnitude round by round, by magnitude at once, or at random | one for all budgets |
/// | pep | thresholds, one for each value | one for each budget |
/// | cerp | thresholds in two tables of shared rows | one for each budget |
/// | qr, hash, double-hash | shared rows | one for each budget |
/// | legcf, c2f | weighted sums of a few codes, with as many codes as fit next to the weights | one for each budget |
///
/// A budget is a share of the bytes of the dense table's values; the files of each other table, headers and all, take no more.

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
    std::vector<double> budgets;    ///< for which it gives tables
    std::vector<double> densities;  ///< of the rounds that give these tables; empty: the last round
    std::vector<std::string> flags;
    bool is_frozen = false;      ///< bytes and test quality are those of its frozen files
    bool follows_start = false;  ///< its initial rows are the best ones of the start cell with the same seed
};

/// All methods.
const std::vector<std::string>& sweep_methods();

/// The flags of this method in texts of the form `METHOD=FLAGS`, split at spaces. *Throws* usage_error if a text names no
/// method.
std::vector<std::string> flags_of_method(const std::vector<std::string>& tuned, const std::string& method);

/// The cells, dense ones first. *Throws* usage_error for an unknown method, a budget outside (0, 1), or one too small for a
/// value.
std::vector<sweep_cell> plan_sweep(const sweep_request& asked, table_shape dense);

/// Cells of dense tables need no shape; the dense run then gives the shape for the others.
sweep_cell dense_cell(std::uint64_t seed);
sweep_cell start_cell(std::uint64_t seed);

}  // namespace support
