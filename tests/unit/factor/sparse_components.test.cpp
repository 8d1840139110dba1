// SPDX-License-Identifier: Apache-2.0

#include <pleach/factor/sparse_components.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

namespace sparse_components_test {

using tests::dense;

namespace {

// Two components of six columns, with what the rows' means are.
pleach::sparse_components two_components(const pleach::matrix<double>& rows) {
    pleach::sparse_components found;
    found.components = pleach::matrix<double>(2, 6);
    found.components.row(0)[1] = 0.6;
    found.components.row(0)[4] = 0.8;
    found.components.row(1)[1] = 1;
    found.lengths = {2, 3};
    found.variances = {3, 1};
    found.total_variance = 8;
    const Eigen::RowVectorXd means = tests::copied(rows).colwise().mean();
    found.means.assign(means.data(), means.data() + means.size());
    return found;
}

}  // namespace

TEST_CASE("scores of rows are the ridge regression on the components") {
    const pleach::matrix<double> rows = tests::modular_matrix();
    const pleach::sparse_components found = two_components(rows);
    const pleach::matrix<double> scores = pleach::transform(pleach::dense_operator(rows.view()), found, 0.5);
    const dense c = tests::copied(found.components);
    const dense gram = c * c.transpose() + 0.5 * dense::Identity(2, 2);
    const dense expected = tests::centered_copy(rows) * c.transpose() * gram.inverse();
    REQUIRE((tests::copied(scores) - expected).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("variances are counted for each value that has to be stored") {
    const pleach::sparse_components found = two_components(tests::modular_matrix());
    REQUIRE(found.nonzeros() == 3);
    REQUIRE(found.kept_variance() == 0.5);
    REQUIRE(found.loadings().row(0)[4] == 1.6);
    REQUIRE(found.loadings().row(1)[1] == 3);
}

TEST_CASE("rows of another width and a negative ridge are refused") {
    const pleach::matrix<double> rows = tests::modular_matrix(), narrow(12, 5);
    const pleach::sparse_components found = two_components(rows);
    REQUIRE_THROWS_WITH_SENTENCE(static_cast<void>(pleach::transform(pleach::dense_operator(narrow.view()), found)),
                                 std::invalid_argument, "rows of 5 columns were given, but the components have 6");
    REQUIRE_THROWS_WITH_SENTENCE(static_cast<void>(pleach::transform(pleach::dense_operator(rows.view()), found, -1)),
                                 std::invalid_argument, "the ridge is -1");
}

}  // namespace sparse_components_test
