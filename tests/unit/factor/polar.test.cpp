// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/polar.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

namespace polar_test {

TEST_CASE("a polar factor has orthonormal columns, and what is left of the matrix is symmetric, even if its rank is not full") {
    const tests::sparse_and_dense x(60, 25, 6);
    pleach::detail::row_major<double> thin = tests::copied(x.rows).topRows(9).leftCols(4);
    thin.col(3) = 2 * thin.col(0) - thin.col(1);
    const auto polar = pleach::detail::polar_factor(thin);
    CHECK((polar.transpose() * polar - tests::dense::Identity(4, 4)).norm() < 1e-12);
    const tests::dense stretch = polar.transpose() * thin;
    CHECK((stretch - stretch.transpose()).norm() < 1e-12);
    CHECK((polar * stretch - thin).norm() < 1e-12);
}

}  // namespace polar_test
