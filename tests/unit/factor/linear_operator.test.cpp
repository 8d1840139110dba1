// SPDX-License-Identifier: Apache-2.0

#include <pleach/factor/eigen_blocks.hpp>
#include <pleach/factor/linear_operator.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

#include <vector>

namespace linear_operator_test {

using tests::copied;
using tests::dense;

namespace {

constexpr std::size_t rows = 600, cols = 9, width = 4;

pleach::matrix<double> block(std::size_t n, std::uint64_t seed) {
    pleach::matrix<double> m(n, width);
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < width; ++c) m.row(r)[c] = pleach::random_stream(seed).normal(r, c);
    return m;
}

// Both products of an operator against those of the matrix written down.
template <class Operator>
void require_products(const Operator& x, const dense& written) {
    const pleach::sequential exec;
    const pleach::matrix<double> right = block(cols, 1), left = block(rows, 2);
    pleach::matrix<double> product(rows, width), transposed(cols, width);
    x.multiply(right.view(), product.view(), exec);
    x.multiply_transposed(left.view(), transposed.view(), exec);
    REQUIRE(x.rows() == rows);
    REQUIRE(x.cols() == cols);
    REQUIRE((copied(product) - written * copied(right)).cwiseAbs().maxCoeff() < 1e-12);
    REQUIRE((copied(transposed) - written.transpose() * copied(left)).cwiseAbs().maxCoeff() < 1e-10);
}

struct pair {
    tests::sparse_and_dense data{rows, cols, 3};
    [[nodiscard]] pleach::csr_view<double> sparse() const { return {data.offsets, data.columns, cols, data.values}; }
};

}  // namespace

TEST_CASE("products of dense and of sparse rows are those of the matrix written down") {
    const pair given;
    const dense written = copied(given.data.rows);
    require_products(pleach::dense_operator(given.data.rows.view()), written);
    require_products(pleach::csr_operator(given.sparse()), written);
}

TEST_CASE("a centered operator multiplies as the rows less their mean do, and writes nothing down") {
    const pair given;
    const dense written = tests::centered_copy(given.data.rows);
    const pleach::dense_operator by_rows(given.data.rows.view());
    const pleach::csr_operator by_entries(given.sparse());
    require_products(pleach::centered(by_rows, pleach::sequential{}), written);
    require_products(pleach::centered(by_entries, pleach::sequential{}), written);
}

TEST_CASE("sums and shifted squares of columns count the zeros of sparse rows too") {
    const pair given;
    const dense written = copied(given.data.rows);
    const std::vector<double> shift(cols, 0.25);
    const auto require_columns = [&](const auto& x) {
        const std::vector<double> sums = x.column_sums(pleach::sequential{});
        const std::vector<double> squares = x.column_squares(shift, pleach::sequential{});
        for (std::size_t c = 0; c < cols; ++c) {
            const auto column = written.col(static_cast<Eigen::Index>(c)).array();
            REQUIRE(sums[c] == tests::approx(column.sum()).margin(1e-10));
            REQUIRE(squares[c] == tests::approx((column - 0.25).square().sum()));
        }
    };
    require_columns(pleach::dense_operator(given.data.rows.view()));
    require_columns(pleach::csr_operator(given.sparse()));
}

}  // namespace linear_operator_test
