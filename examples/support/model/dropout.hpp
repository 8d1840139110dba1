// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dropout of values: a fraction of them is set to zero for one step, and the others are scaled so that expected sums do not
/// change. Source: Srivastava et al., JMLR 15, 2014, section 10, with the scaling at training time.

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/core/random_stream.hpp>

#include <algorithm>
#include <cstdint>

namespace support {

/// Zeroes each value with probability `share`, depending only on the stream and the value's position, and multiplies the others
/// by 1 / (1 - share). A byte of the stream decides for each value; if it equals the boundary value, another random number
/// decides, so that every share is met exactly in expectation. The bits do not depend on the executor. *Precondition:* 0 <=
/// share < 1.
template <pleach::executor Executor>
void drop_values(pleach::matrix_view<float> rows, double share, const pleach::random_stream& stream, const Executor& exec) {
    if (share == 0) return;
    const pleach::random_stream undecided = stream.fork("undecided");
    const auto dropped = static_cast<std::uint64_t>(256 * share);
    const double rest = 256 * share - static_cast<double>(dropped);
    const auto scale = static_cast<float>(1 / (1 - share));
    const auto drops = [&](std::uint64_t byte, std::size_t r, std::size_t i) {
        return byte < dropped || (byte == dropped && undecided.uniform(r, i) < rest);
    };
    pleach::for_each_chunk(exec, rows.rows(), std::size_t{512}, [&](std::size_t first, std::size_t last) {
        for (std::size_t r = first; r < last; ++r) {
            const auto row = rows.row(r);
            for (std::size_t c = 0; c < row.size(); c += 8) {
                std::uint64_t bytes = stream.bits(r, c);
                for (std::size_t i = c; i < std::min(row.size(), c + 8); ++i, bytes >>= 8)
                    row[i] = drops(bytes & 255, r, i) ? 0.0F : scale * row[i];
            }
        }
    });
}

}  // namespace support
