// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dense factors as a frozen image, by the target that was asked for: a format by name, codewords, a density, or a number of
/// bytes within which the forms of shrink_trials.hpp are tried.

#include "support/serve/served_table.hpp"
#include "support/serve/shrink.hpp"
#include "support/serve/shrink_trials.hpp"

#include <pleach/frozen/add_ids.hpp>

#include <functional>

namespace support {

struct compress_request {
    std::optional<std::uint64_t> bytes;  ///< of the file, including its header
    std::optional<double> density;       ///< fraction of values kept
    std::string format;                  ///< by name, also codewords; empty: the best
    std::optional<double> tolerance;     ///< as in shrink_request; if given, nothing is tried
    std::uint64_t seed = 2024;
};

struct compressed {
    pleach::frozen::image frozen;
    std::string kind;
    std::size_t kept = 0;                                  ///< values
    std::vector<pleach::frozen::format_choice> formats{};  ///< those compared, if a plain form was taken
    std::vector<shrink_trial> trials{};
    bool were_codes_left_out = false;  ///< not tried, because of the size of the table
};

/// The lists of best_ids() of a table for the queries of a trial.
using table_answer = std::function<std::vector<std::vector<std::size_t>>(const served_table&)>;

/// *Throws:* usage_error if there is no target size, two of them, no such format, or too few bytes.
void check_request(const compress_request& asked);

/// The bytes of a file that are left for its rows, if it also has these ids; nothing if their number is not limited. *Throws:*
/// usage_error if none are left, std::invalid_argument if frozen::add_ids would refuse the ids.
[[nodiscard]] std::optional<std::uint64_t> bytes_without_ids(std::optional<std::uint64_t> bytes,
                                                             const std::vector<pleach::frozen::id_group>& groups,
                                                             std::span<const std::string> ids);

/// `name` is the table's in errors. *Throws* as check_request, and input_error if a value is not finite.
[[nodiscard]] compressed compress(const served_table& table, const compress_request& asked, const std::string& name,
                                  const table_answer& answer, const pleach::openmp& exec);

}  // namespace support
