// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Compressed forms of a table within a number of bytes, each tried on sampled queries; the one that keeps the most of the
/// dense top-k lists wins. The forms are: the values of largest magnitude, more of them in four bits, all values in four, three or
/// two bits, sums of codewords, and codewords side by side.

#include "support/serve/coded_format.hpp"
#include "support/serve/shrink.hpp"
#include "support/serve/top_k_overlap.hpp"

#include <pleach/io/open_any.hpp>

#include <string>
#include <utility>
#include <vector>

namespace support {

/// The largest number of values for which codewords are fitted without being requested: about ten seconds on one core.
inline constexpr std::size_t most_values_to_code = 8'000'000;

/// The result of one form.
struct shrink_trial {
    std::string kind;
    std::size_t bytes = 0;  ///< of its arrays
    double overlap = 0;     ///< fraction of the dense top-k lists kept
};

struct tried_image {
    pleach::frozen::image frozen;
    std::string kind;
    std::size_t kept = 0;  ///< values
    std::vector<shrink_trial> trials;
    bool were_codes_left_out = false;  ///< because of the size of the table
};

/// The formats of a few bits per value, most bits first, with their bytes.
inline std::vector<std::pair<std::string, std::size_t>> few_bit_formats(std::size_t rows, std::size_t dim) {
    std::vector<std::pair<std::string, std::size_t>> result;
    const std::size_t bounds = (rows + pleach::frozen::rows_per_bound - 1) / pleach::frozen::rows_per_bound * sizeof(float);
    const auto add = [&]<class Table>(const Table*) {
        if constexpr (Table::form_type::is_dense)
            result.emplace_back(Table::kind(),
                                rows * Table::form_type::bytes(dim, dim) + 2 * pleach::frozen::guard_bytes + bounds);
    };
    add(static_cast<const pleach::frozen::level_rows<4>*>(nullptr));
    add(static_cast<const pleach::frozen::level_rows<3>*>(nullptr));
    add(static_cast<const pleach::frozen::level_rows<2>*>(nullptr));
    return result;
}

/// A copy of the rows.
template <pleach::enumerable_table Table>
pleach::matrix<float> rows_of(const Table& table) {
    pleach::matrix<float> rows(table.size(), table.dim());
    for (std::size_t r = 0; r < table.size(); ++r) table.lookup(static_cast<typename Table::id_type>(r), rows.row(r));
    return rows;
}

/// The values of largest magnitude.
struct cut_image {
    pleach::frozen::best_image image;
    std::size_t kept = 0;  ///< values
};

/// The image of the form that keeps the most, the first among equals; none if no form fits. `cut` is the one of the largest
/// values, if there is one; `name` is the table's in errors, and `answer(table)` gives the lists of best_ids() for the queries.
template <pleach::enumerable_table Table, class Answer>
tried_image try_forms(const Table& table, std::optional<cut_image> cut, std::uint64_t bytes, const std::string& name,
                      std::uint64_t seed, const Answer& answer, const pleach::openmp& exec) {
    tried_image best;
    const auto dense = answer(table);
    double most = -1;
    const std::size_t all = table.size() * table.dim();
    const auto take = [&](const std::string& kind, std::size_t kept, pleach::frozen::image image) {
        const std::shared_ptr<const pleach::frozen::image> borrowed(std::shared_ptr<const void>(), &image);
        const double overlap = mean_overlap(dense, answer(pleach::view_any(borrowed)));
        best.trials.push_back({kind, image.bytes(), overlap});
        if (overlap <= most) return;
        most = overlap;
        best.frozen = std::move(image);
        best.kind = kind;
        best.kept = kept;
    };
    if (cut) take(cut->image.formats.front().kind, cut->kept, std::move(cut->image.frozen));
    using sparse_levels = pleach::frozen::bitmap_level_rows<4>;
    if (const std::size_t kept = most_values<sparse_levels>(table.size(), table.dim(), data_budget(bytes));
        kept >= table.size() && kept < all) {
        const auto cut_to = cut_table<Table>(table, keep_largest(table, kept, name, exec));
        take(sparse_levels::kind(), kept, freeze_as(cut_to, sparse_levels::kind(), exec).frozen);
    }
    // Fewer bits keep less, so the first format that fits is the best.
    for (const auto& [kind, needed] : few_bit_formats(table.size(), table.dim()))
        if (needed <= bytes) {
            take(kind, all, freeze_as(table, kind, exec).frozen);
            break;
        }
    for (const bool is_sum : {true, false})
        if (const auto format = most_terms(is_sum, table.size(), table.dim(), bytes)) {
            best.were_codes_left_out = table.size() > most_values_to_code / table.dim();
            if (!best.were_codes_left_out) take(format->name(), all, freeze_coded(rows_of(table).view(), *format, seed, exec));
        }
    return best;
}

}  // namespace support
