// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A data set generated from a seed, with structure that a model can find: users and items have planted factors, popularity
/// follows Zipf's law, and every user interacts with the items that have the largest
///
///     strength * <user, item> / sqrt(rank) + log(popularity of the item) + Gumbel noise
///
/// which is drawing without replacement from the softmax of the first two terms (Gumbel top-n: W. Kool et al.,
/// Stochastic Beams and Where to Find Them, ICML 2019). A model that learns the factors beats one that only learns
/// popularity.

#include "support/data/interactions.hpp"

#include <cstddef>
#include <cstdint>

namespace support {

struct generated_options {
    std::size_t users = 2000, items = 3000;
    std::size_t rank = 16;
    double mean_items = 40;   ///< per user; each has between a quarter and four times as many
    double strength = 3;      ///< of the planted factors relative to the noise; 0: popularity only
    double popularity = 0.8;  ///< exponent of Zipf's law
    double test_fraction = 0.2;
    std::uint64_t seed = 2024;
};

/// The same pairs for the same options, on every platform up to rounding in log and cos.
/// *Throws:* std::invalid_argument if a size is 0 or the numbers make no sense.
interactions generate_interactions(const generated_options& options = {});

}  // namespace support
