// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Examples generated from a seed, with structure that a model of pairs can find: every row has a planted weight w and a planted row
/// v, and a label is 1 with the probability
///
///     sigmoid(-1.5 + strength * (sum of w + sum over pairs of <v, v'>) / deviation of that sum)
///
/// Fields are of different sizes, each 4 times that of the field before it, and the values of each follow Zipf's law. Nothing is
/// stored for a row, so that ten million of them take no longer than ten.

#include "support/ctr/click_data.hpp"

namespace support {

struct generated_clicks_options {
    std::size_t examples = 100'000;
    std::size_t rows = 100'000;  ///< of all fields together
    std::size_t fields = 8;
    std::size_t rank = 4;
    double strength = 2;
    double popularity = 1.05;  ///< exponent of Zipf's law
    double test_fraction = 0.2;
    double valid_fraction = 0.1;  ///< of the others
    std::uint64_t seed = 2024;
};

/// The same examples for the same options. *Throws:* std::invalid_argument if there are fewer than two rows for each field or
/// more than 32 bits can number.
click_data generate_clicks(const generated_clicks_options& options);

}  // namespace support
