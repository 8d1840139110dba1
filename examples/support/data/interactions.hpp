// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Interactions of users and items, read from the usual files: the LightGCN adjacency text, RecBole's `.inter`, MovieLens'
/// `ratings.csv`, `u.data` and `ratings.dat`, and plain csv, tsv and ssv. Whatever was guessed, merged, skipped or looks odd is
/// a line in `notes`, which the trainer prints.

#include "support/data/csr.hpp"
#include "support/options/kinds.hpp"
#include "support/text/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace support {

struct entity_counts {
    std::size_t users = 0;
    std::size_t items = 0;
    [[nodiscard]] std::size_t all() const noexcept { return users + items; }
};

struct interactions {
    std::string name;  ///< of the folder or file
    std::size_t users = 0, items = 0;
    csr train, valid, test;                             ///< each with `users` rows; valid may have no pairs
    std::vector<std::string> user_tokens, item_tokens;  ///< original ids by dense id
    std::vector<std::string> notes;                     ///< what was understood, skipped and why; one line each
    std::uint64_t checksum = 0;                         ///< XXH3 of sizes and pairs as read, before carve_validation
};

struct read_options {
    /// Automatic decides by file names first, then by the first lines, and adds a note.
    data_format format = data_format::automatic;
    char separator = 0;                           ///< between columns; 0: that of the format
    header_line header = header_line::automatic;  ///< whether the first line names the columns
    /// The largest number of users, and of items. 0: `most_rows`, and if ids are row numbers also at most `rows_per_pair` per
    /// pair, so that a short file cannot cause a large table to be allocated.
    std::size_t row_limit = 0;
    static constexpr std::size_t most_rows = 100'000'000, rows_per_pair = 1000;
    std::size_t skip_bad = 0;  ///< lines of a table that may be skipped because they cannot be read
    double min_rating = -std::numeric_limits<double>::infinity();  ///< pairs rated lower are skipped
    double test_fraction = 0.2;                                    ///< of each user's pairs, if the data has no test part
    std::uint64_t seed = 2024;                                     ///< of that split
    text_limits limits = {};

    [[nodiscard]] std::size_t row_bound() const noexcept { return row_limit == 0 ? most_rows : row_limit; }
    /// Whether ratings are needed; if not, a column of ratings is not read.
    [[nodiscard]] bool needs_ratings() const noexcept { return min_rating > -std::numeric_limits<double>::infinity(); }
};

/// Reads a file, or a folder in one of the known formats.
/// *Throws:* input_error on anything that cannot be read without guessing; std::filesystem::filesystem_error if reading
/// itself fails.
interactions read_interactions(const std::filesystem::path& path, const read_options& options = {});

/// Moves round(fraction * n) of each user's n train items to the validation part, drawn with the seed for each user
/// independently; nobody loses their last item. Data that has a validation part already is left as it is. *Throws:*
/// std::invalid_argument unless 0 <= fraction < 1.
void carve_validation(interactions& data, double fraction, std::uint64_t seed);

/// Makes ceil(n / 3) of each user's n test items the validation part, drawn with the seed for each user independently; a user
/// with a single test item has none left. Train does not change. This is the split of the published code of LEGCF and C2F;
/// results are not comparable with those on the whole test part. *Throws:* std::invalid_argument if the data has a validation
/// part already.
void carve_validation_from_test(interactions& data, std::uint64_t seed);

/// Users, items, pairs, density and the sizes of the parts, in one line.
std::string describe(const interactions& data);

}  // namespace support
