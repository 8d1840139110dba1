// SPDX-License-Identifier: Apache-2.0

#if __has_include(<Eigen/Core>)

#include <pleach/interop/eigen.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace eigen_test {

namespace {
using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using column_major = Eigen::MatrixXf;
}  // namespace

TEST_CASE("rows of a row-major matrix are embeddings") {
    row_major m = row_major::Random(5, 3);
    const pleach::matrix_view<float> rows = pleach::as_rows(m);
    REQUIRE(rows.rows() == 5);
    REQUIRE(rows.cols() == 3);
    REQUIRE(rows.row(4)[2] == m(4, 2));
    pleach::borrowed_table<float> table(rows);
    table.row(1)[0] = 9;
    REQUIRE(m(1, 0) == 9);
}

TEST_CASE("columns of a column-major matrix are embeddings") {
    const column_major m = column_major::Random(3, 5);
    const pleach::matrix_view<const float> rows = pleach::as_rows(m);
    REQUIRE(rows.rows() == 5);
    REQUIRE(rows.cols() == 3);
    REQUIRE(rows.row(4)[2] == m(2, 4));
}

TEST_CASE("blocks and maps with a stride are rows with a stride") {
    row_major m = row_major::Random(6, 8);
    const auto block = pleach::as_rows(m.block(1, 2, 4, 3));
    REQUIRE(block.stride() == 8);
    REQUIRE(block.row(3)[1] == m(4, 3));
    column_major n = column_major::Random(8, 6);
    REQUIRE(pleach::as_rows(n.topRows(3)).row(5)[2] == n(2, 5));
    REQUIRE(pleach::as_rows(n.middleCols(1, 2)).row(0)[7] == n(7, 1));
    const float* data = n.data();
    REQUIRE(pleach::as_rows(Eigen::Map<const column_major>(data, 8, 6)).row(2)[1] == n(1, 2));
}

TEST_CASE("a vector is one embedding") {
    Eigen::VectorXd v = Eigen::VectorXd::Random(7);
    const auto rows = pleach::as_rows(v);
    REQUIRE(rows.rows() == 1);
    REQUIRE(rows.cols() == 7);
    REQUIRE(rows.row(0)[6] == v(6));
}

TEST_CASE("an Eigen matrix takes what gather writes, in either order") {
    const auto table = tests::normal_table<float>(10, 3);
    const std::vector<std::uint32_t> ids{7, 7, 0};
    row_major by_row(3, 3);
    column_major by_column(3, 3);
    pleach::gather(table, std::span<const std::uint32_t>(ids), pleach::as_rows(by_row));
    pleach::gather(table, std::span<const std::uint32_t>(ids), pleach::as_rows(by_column));
    REQUIRE(by_row(2, 1) == table.row(0)[1]);
    REQUIRE(by_row == by_column.transpose());
}

TEST_CASE("as_eigen maps rows in place") {
    auto table = tests::normal_table<double>(4, 3);
    auto mapped = pleach::as_eigen(table.rows());
    REQUIRE(mapped.rows() == 4);
    REQUIRE(mapped(3, 1) == table.row(3)[1]);
    mapped.row(2).setZero();
    REQUIRE(table.row(2)[0] == 0);
    std::vector<double> memory(12, 1.0);
    const auto strided = pleach::as_eigen(pleach::matrix_view<const double>(memory.data(), 3, 2, 4));
    REQUIRE(strided.sum() == 6);
}

#endif

}  // namespace eigen_test
