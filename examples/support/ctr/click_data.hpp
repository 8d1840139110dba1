// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Labelled examples over fields, as click-through models take them. Each value of a field is a row of one table: the rows of
/// field f are field_starts[f] to field_starts[f + 1] - 1, and the first of them stands for values that are rare or not in
/// the train part.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace support {

/// The examples of one part.
struct click_examples {
    std::vector<std::uint64_t> offsets{0};  ///< of the ids of each example, and of the end
    std::vector<std::uint32_t> ids;         ///< rows of the table; in each example in the order of fields
    std::vector<float> weights;             ///< of the ids; empty: all 1
    std::vector<float> numbers;             ///< examples x numeric fields, standardized
    std::vector<std::uint8_t> labels;       ///< examples x tasks, 0 or 1

    [[nodiscard]] std::size_t size() const noexcept { return offsets.size() - 1; }
    [[nodiscard]] std::span<const std::uint32_t> ids_of(std::size_t example) const noexcept {
        return std::span(ids).subspan(offsets[example], offsets[example + 1] - offsets[example]);
    }
};

struct click_data {
    std::string name;  ///< of the folder or file
    std::vector<std::string> tasks;
    std::vector<std::string> fields;             ///< those with rows in the table
    std::vector<std::string> numeric;            ///< those given as numbers
    std::vector<std::uint32_t> field_starts{0};  ///< first row of each field, and the number of rows
    std::vector<std::string> row_names;          ///< field=value; empty: none to write
    click_examples train, valid, test;
    std::vector<std::string> notes;
    std::uint64_t checksum = 0;

    [[nodiscard]] std::size_t rows() const noexcept { return field_starts.back(); }
};

/// Sizes of the parts and of the table, in one line.
std::string describe(const click_data& data);

/// *Throws* input_error if a task has no example with label 1, or none with 0, in the train part, or a part is empty.
void require_both_labels(const click_data& data);

/// XXH3 of sizes, ids, numbers and labels.
std::uint64_t checksum_of(const click_data& data);

}  // namespace support
