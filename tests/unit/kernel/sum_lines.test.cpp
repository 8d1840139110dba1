// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/sum_lines.hpp>

#include "support/catch.hpp"

#include <pleach/core/matrix.hpp>

#include <cstdint>
#include <vector>

namespace sum_lines_test {

namespace {

// Numbers that any order of addition sums exactly.
template <class T>
pleach::matrix<T> small_whole_numbers(std::size_t rows) {
    pleach::matrix<T> result(rows, pleach::line_pair_elements<T>);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < result.cols(); ++c) result.row(r)[c] = static_cast<T>((7 * r + 3 * c) % 11) - 5;
    return result;
}

}  // namespace

TEMPLATE_TEST_CASE("sum_lines_onto adds the scaled sum of rows to a base", "", float, double) {
    using T = TestType;
    const pleach::matrix<T> lines = small_whole_numbers<T>(20), bases = small_whole_numbers<T>(1);
    const std::vector<std::uint32_t> ids = {3, 19, 3, 0, 7};
    for (std::size_t count = 0; count <= ids.size(); ++count) {
        std::vector<T> expected(lines.cols()), out(lines.cols(), T{99}), scalar(lines.cols());
        for (std::size_t c = 0; c < lines.cols(); ++c) {
            T sum = 0;
            for (std::size_t j = 0; j < count; ++j) sum += lines.row(ids[j])[c];
            expected[c] = bases.row(0)[c] + T{0.25} * sum;
        }
        pleach::sum_lines_onto(lines.data(), ids.data(), count, T{0.25}, bases.data(), out.data());
        pleach::sum_lines_onto<pleach::scalar_arch>(lines.data(), ids.data(), count, T{0.25}, bases.data(), scalar.data());
        REQUIRE(out == expected);
        REQUIRE(scalar == expected);
        std::vector<T> in_place(bases.row(0).begin(), bases.row(0).end());
        pleach::sum_lines_onto(lines.data(), ids.data(), count, T{0.25}, in_place.data(), in_place.data());
        REQUIRE(in_place == expected);
    }
}

}  // namespace sum_lines_test
