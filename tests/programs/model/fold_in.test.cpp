// SPDX-License-Identifier: Apache-2.0

#include "support/model/fold_in.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <pleach/interop/openmp.hpp>

namespace fold_in_test {

namespace {

constexpr std::size_t users = 60, items = 25, dim = 4;

/// A few items for each user, none for user 3.
support::csr taken_items() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::uint32_t u = 0; u < users; ++u)
        for (std::uint32_t k = 0; k < 2 + u % 3; ++k)
            if (u != 3) pairs.emplace_back(u, (u * 7 + k * 11) % items);
    return support::make_csr(users, pairs);
}

double distance(pleach::matrix_view<const float> a, pleach::matrix_view<const float> b) {
    double sum = 0;
    for (std::size_t r = 0; r < a.rows(); ++r)
        for (std::size_t c = 0; c < a.cols(); ++c) {
            const double off = static_cast<double>(a.row(r)[c]) - static_cast<double>(b.row(r)[c]);
            sum += off * off;
        }
    return sum;
}

}  // namespace

TEST_CASE("users who are a linear map of the mean of their items are folded in exactly") {
    const auto rows = tests::normal_table<float>(items, dim, 1);
    const auto map = tests::normal_table<float>(dim, dim, 2);
    const support::csr taken = taken_items();
    pleach::matrix<float> trained(users, dim), folded(users, dim);
    support::fold_in(rows.rows(), taken, map.rows(), trained.view(), pleach::sequential{});
    CHECK(std::ranges::count(trained.row(3), 0.0F) == dim);
    const auto fold = support::fit_fold_in(std::as_const(trained).view(), rows.rows(), taken);
    CHECK(distance(std::as_const(fold).view(), map.rows()) < 1e-8);
    support::fold_in(rows.rows(), taken, std::as_const(fold).view(), folded.view(), pleach::openmp{3});
    CHECK(distance(std::as_const(folded).view(), std::as_const(trained).view()) < 1e-8);
}

TEST_CASE("of all maps the fitted one brings users nearest to their trained rows") {
    const auto rows = tests::normal_table<float>(items, dim, 1);
    const auto trained = tests::normal_table<float>(users, dim, 5);
    const support::csr taken = taken_items();
    auto fold = support::fit_fold_in(trained.rows(), rows.rows(), taken);
    pleach::matrix<float> folded(users, dim);
    const auto error = [&] {
        support::fold_in(rows.rows(), taken, std::as_const(fold).view(), folded.view(), pleach::sequential{});
        return distance(std::as_const(folded).view(), trained.rows());
    };
    const double best = error();
    for (std::size_t r = 0; r < dim; ++r)
        for (const float step : {-0.01F, 0.01F}) {
            fold.row(r)[1] += step;
            CHECK(error() > best);
            fold.row(r)[1] -= step;
        }
}

TEST_CASE("directions that no user has are left out of the map") {
    pleach::matrix<float> rows(items, dim);
    for (std::size_t i = 0; i < items; ++i) rows.row(i)[0] = static_cast<float>(i + 1);
    const auto trained = tests::normal_table<float>(users, dim, 5);
    const auto fold = support::fit_fold_in(trained.rows(), std::as_const(rows).view(), taken_items());
    for (std::size_t r = 1; r < dim; ++r)
        for (const float x : fold.row(r)) CHECK(x == 0);
    CHECK(fold.row(0)[2] != 0);
    CHECK_THROWS_WITH(support::fit_fold_in(trained.rows(), std::as_const(rows).view(), support::make_csr(users, {})),
                      "fit_fold_in: no user took an item with a row, so users cannot be made of items");
}

}  // namespace fold_in_test
