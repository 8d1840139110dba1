// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Examples as they stand in a file: values of fields as numbers in the order of their first appearance, before it is known
/// which of them get a row.

#include "support/ctr/click_data.hpp"
#include "support/text/token_map.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace support {

enum class data_part : std::uint8_t { train, valid, test };

/// An empty column of a numeric field.
inline constexpr float missing_number = std::numeric_limits<float>::quiet_NaN();

struct raw_clicks {
    std::string name;
    std::vector<std::string> tasks, fields, numeric;
    std::vector<token_map> values;  ///< of each field
    std::vector<data_part> part;    ///< of each example
    std::vector<std::uint64_t> offsets{0};
    std::vector<std::uint32_t> fields_of;  ///< of each value; empty: one value of each field, in their order
    std::vector<std::uint32_t> tokens;     ///< number of each value in its field
    std::vector<float> weights;            ///< of each value; empty: all 1
    std::vector<float> numbers;            ///< examples x numeric; missing_number for an empty column
    std::vector<std::uint8_t> labels;      ///< examples x tasks
    bool has_test = false;
    std::vector<std::string> notes;

    [[nodiscard]] std::size_t size() const noexcept { return part.size(); }
};

/// What turns them into rows of a table.
struct row_options {
    std::size_t bins = 32;      ///< of each numeric field; 0: numbers have no rows
    std::size_t min_count = 2;  ///< a value that fewer train examples have shares the row of rare ones
    std::size_t hash_rows = 0;  ///< fields with more values are hashed to so many rows; 0: none
    std::size_t row_limit = 0xfffffffe;
    double test_fraction = 0.2;   ///< of all examples, if there is no test part
    double valid_fraction = 0.1;  ///< of the train examples
    std::uint64_t seed = 2024;
};

/// Chooses the parts that the files do not give, and gives rows to the values of the train part.
/// *Throws:* input_error, also where a task has one label only.
click_data rows_of_clicks(raw_clicks raw, const row_options& options);

}  // namespace support
