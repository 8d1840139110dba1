// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a file with a frozen table holds: its kind and those of the tables within it, where its bytes go, how dense its rows are,
/// and what is known of its rows and origin.

#include <pleach/frozen/row_ids.hpp>
#include <pleach/io/limits.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace support {

/// A table in the file: the outermost, or one within another.
struct table_facts {
    std::string name;  ///< the prefix of its keys, such as "books."; empty for the outermost
    std::string kind;
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;
    std::uint64_t bytes = 0;  ///< of its own arrays, without those of the tables within it
};

struct file_facts {
    std::uint64_t bytes = 0;
    std::uint64_t header_bytes = 0;
    std::uint64_t padding_bytes = 0;  ///< between arrays
    std::uint64_t id_bytes = 0;
    std::vector<table_facts> tables;  ///< the outermost first
    std::uint64_t nonzero = 0;        ///< values of the rows, as they are looked up
    std::uint64_t zero_rows = 0;
    bool has_checksums = false;  ///< they were compared, unless `limits` trusts the bytes
    pleach::frozen::row_ids ids;
    std::string source;   ///< what the program that wrote the file says that it was made of; empty if it says nothing
    std::string program;  ///< the trainer whose run directory the file is in; empty if it is in none

    [[nodiscard]] const table_facts& table() const { return tables.front(); }
    [[nodiscard]] double density() const {
        const double all = static_cast<double>(table().rows) * static_cast<double>(table().columns);
        return all == 0 ? 0 : static_cast<double>(nonzero) / all;
    }
};

/// Opens and checks the file, and reads every row once. *Throws:* input_error if there is no such file,
/// std::filesystem::filesystem_error if it holds no frozen table.
[[nodiscard]] file_facts facts_of(const std::filesystem::path& path, const pleach::read_limits& limits = {});

/// The facts as text for people, one per line.
[[nodiscard]] std::string describe(const file_facts& facts, const std::string& path);

/// The facts as one JSON object on one line.
[[nodiscard]] std::string json_of(const file_facts& facts, const std::string& path);

}  // namespace support
