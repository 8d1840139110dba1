// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Assignments with reproducible contents.

#include <pleach/compose/assignment.hpp>
#include <pleach/core/random_stream.hpp>

namespace tests {

/// `terms` neighboring codes from a random one on, weights in (0, 1].
template <class T>
[[nodiscard]] pleach::assignment<T> random_assignment(std::size_t entities, std::size_t codes, std::size_t terms,
                                                      std::uint64_t seed = 1) {
    const pleach::random_stream stream = pleach::random_stream(seed).fork("assignment");
    pleach::matrix<std::uint32_t> ids(entities, terms);
    pleach::matrix<T> weights(entities, terms);
    for (std::size_t x = 0; x < entities; ++x) {
        const std::size_t first = stream.below(codes, x);
        for (std::size_t k = 0; k < terms; ++k) {
            ids.row(x)[k] = static_cast<std::uint32_t>((first + k) % codes);
            weights.row(x)[k] = static_cast<T>(1 - stream.uniform(x, k + 1));
        }
    }
    return {codes, std::move(ids), std::move(weights)};
}

}  // namespace tests
