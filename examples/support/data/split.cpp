// SPDX-License-Identifier: Apache-2.0
#include "support/data/split.hpp"

#include "support/text/number.hpp"

#include <cmath>
#include <stdexcept>

namespace support {

parts split_rows(const csr& matrix, double fraction, pleach::random_stream stream) {
    if (!(fraction >= 0.0 && fraction < 1.0))
        throw std::invalid_argument("split_rows: the fraction to take is " + shortest(fraction) +
                                    ", it must be at least 0 and below 1, so that every user keeps something");
    return split_rows(
        matrix,
        [fraction](std::size_t n) {
            const auto take = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(n)));
            return n == 0 ? 0 : std::min(take, n - 1);
        },
        stream);
}

parts split_rows(const csr& matrix, const std::function<std::size_t(std::size_t)>& taken_of, pleach::random_stream stream) {
    parts result;
    for (csr* part : {&result.kept, &result.taken}) part->offsets.reserve(matrix.rows() + 1);
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;  // (random bits, column)
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
        const auto row = matrix.row(r);
        order.clear();
        for (const std::uint32_t column : row) order.emplace_back(stream.bits(r, column), column);
        const std::size_t take = taken_of(row.size());
        std::sort(order.begin(), order.end());
        const auto append = [&](csr& part, std::size_t begin, std::size_t end) {
            const auto old = static_cast<std::ptrdiff_t>(part.columns.size());
            for (std::size_t i = begin; i < end; ++i) part.columns.push_back(order[i].second);
            std::sort(part.columns.begin() + old, part.columns.end());
            part.offsets.push_back(part.columns.size());
        };
        append(result.taken, 0, take);
        append(result.kept, take, row.size());
    }
    return result;
}

}  // namespace support
