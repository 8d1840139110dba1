// SPDX-License-Identifier: Apache-2.0
#include "support/train/first_rows.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"
#include "support/train/run_trainer.hpp"

#include <pleach/io/tensor/npy.hpp>

#include <Eigen/SVD>

#include <cmath>
#include <numeric>

namespace first_rows_test {

using pleach::matrix;

namespace {

const pleach::openmp alone{1};

support::options starting(support::row_start how) {
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "generated";
    chosen.dim = 6;
    chosen.init = how;
    chosen.epochs = 2;
    chosen.batch = 256;
    chosen.quiet = true;
    return chosen;
}

template <class Table>
struct outcome {
    support::training_state state;
    Table first;
    Table trained;
};

template <class Table>
outcome<Table> run(const support::options& chosen, const support::interactions& data) {
    const support::training_options training = support::training_options_of(chosen);
    const support::run_directory directory(chosen, data);
    support::run_report report(chosen, data, directory);
    support::factorization_encoder encoder;
    const support::run_context all{chosen, training, data, directory, report, alone};
    const Table first = support::first_table<Table>(all);
    support::training_run<Table, support::factorization_encoder> training_run(all, encoder, first);
    const support::training_state state = training_run.run();
    return {state, first, training_run.table()};
}

std::size_t nonzeros(const matrix<float>& rows) {
    return rows.elements().size() - static_cast<std::size_t>(std::ranges::count(rows.elements(), 0.0F));
}

}  // namespace

TEST_CASE("Singular vectors of the train pairs give back what of them is of that rank") {
    const auto data = tests::small_data();
    support::options chosen = starting(support::row_start::svd);
    const matrix<float> rows = support::first_rows(chosen, data, alone);
    Eigen::MatrixXd pairs = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(data.users), static_cast<Eigen::Index>(data.items));
    for (std::size_t u = 0; u < data.users; ++u)
        for (const std::uint32_t i : data.train.row(u)) pairs(static_cast<Eigen::Index>(u), i) = 1;
    const Eigen::VectorXd of_user = pairs.rowwise().sum(), of_item = pairs.colwise().sum().transpose();
    for (Eigen::Index u = 0; u < pairs.rows(); ++u)
        for (Eigen::Index i = 0; i < pairs.cols(); ++i)
            if (pairs(u, i) != 0) pairs(u, i) /= std::sqrt(of_user(u) * of_item(i));
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(pairs, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::MatrixXd best =
        svd.matrixU().leftCols(6) * svd.singularValues().head(6).asDiagonal() * svd.matrixV().leftCols(6).transpose();
    // Scaled as a whole, so that values have the deviation of drawn ones.
    double squares = 0, along = 0;
    for (const float x : rows.elements()) squares += static_cast<double>(x * x);
    CHECK(squares / static_cast<double>(rows.elements().size()) == tests::approx(0.01).epsilon(1e-4));
    for (std::size_t u = 0; u < data.users; ++u)
        for (std::size_t i = 0; i < data.items; ++i)
            along += static_cast<double>(
                         std::inner_product(rows.row(u).begin(), rows.row(u).end(), rows.row(data.users + i).begin(), 0.0F)) *
                     best(static_cast<Eigen::Index>(u), static_cast<Eigen::Index>(i));
    const double scale = along / best.squaredNorm();
    for (std::size_t u = 0; u < data.users; ++u)
        for (std::size_t i = 0; i < data.items; ++i)
            CHECK(static_cast<double>(
                      std::inner_product(rows.row(u).begin(), rows.row(u).end(), rows.row(data.users + i).begin(), 0.0F)) ==
                  tests::approx(scale * best(static_cast<Eigen::Index>(u), static_cast<Eigen::Index>(i))).margin(2e-3 * scale));
}

TEST_CASE("A sparse start has the values asked for, and a masked table cut at the start keeps them") {
    const auto data = tests::small_data();
    support::options chosen = starting(support::row_start::sparse_pca);
    chosen.init_density = 0.3;
    const auto kept = static_cast<std::size_t>(0.3 * static_cast<double>((data.users + data.items) * chosen.dim));
    const matrix<float> rows = support::first_rows(chosen, data, alone);
    CHECK(nonzeros(rows) == kept);

    chosen.table = support::table_kind::masked;
    chosen.density = 0.3;
    chosen.prune_schedule = support::pruning_schedule::at_start;
    const auto found = run<tests::masked>(chosen, data);
    REQUIRE(found.state.results.size() == 1);  // no dense round
    CHECK(found.trained.mask().count() == kept);
    for (std::uint32_t r = 0; r < rows.rows(); ++r)
        for (std::size_t c = 0; c < chosen.dim; ++c) {
            CHECK(found.first.base().row(r)[c] == rows.row(r)[c]);
            CHECK(found.trained.mask().test(r, c) == (rows.row(r)[c] != 0));
        }
    CHECK_FALSE(tests::same_table(found.first.base(), found.trained.base()));
}

TEST_CASE("A run begins with the rows of a file, thresholds or not") {
    const auto data = tests::small_data();
    const tests::temporary_directory directory;
    support::options chosen = starting(support::row_start::rows);
    const tests::dense other = tests::first_rows(data, chosen.dim, 0.7);
    chosen.init_rows = (directory / "rows.npy").string();
    pleach::save_npy(chosen.init_rows, other.rows());
    chosen.epochs = 0;
    CHECK(tests::same_table(run<tests::dense>(chosen, data).trained, other));
    chosen.table = support::table_kind::pep;
    chosen.density = 0.5;
    support::run_directory nowhere(chosen, data);
    support::run_report report(chosen, data, nowhere);
    const support::training_options training = support::training_options_of(chosen);
    const auto thresholded = support::first_table<support::pep_rows>({chosen, training, data, nowhere, report, alone});
    // Every threshold begins equal, and well below the values.
    const double threshold = chosen.threshold_gain / (1 + std::exp(-chosen.threshold_start));
    REQUIRE(threshold < 5e-5);
    std::vector<float> row(chosen.dim);
    for (std::uint32_t r = 0; r < other.size(); ++r) {
        thresholded.lookup(r, row);
        for (std::size_t c = 0; c < chosen.dim; ++c) {
            const double x = other.row(r)[c];
            CHECK(row[c] == tests::approx(std::copysign(std::max(std::abs(x) - threshold, 0.0), x)).epsilon(0).margin(1e-6));
        }
    }
    chosen.dim = 5;
    REQUIRE_THROWS_WITH_SENTENCE(
        support::first_rows(chosen, data, alone), support::usage_error,
        "--init-rows " + chosen.init_rows + " has 210 rows of 6 values, but 120 users and 90 items need a row of --dim 5 each");
}

TEST_CASE("A start that a table cannot have is refused") {
    const auto refused = [](std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), {"train_mf", "--dataset", "generated"});
        return tests::sentence_of<support::usage_error>(
            [&] { support::parse_options("train_mf", static_cast<int>(arguments.size()), arguments.data()); });
    };
    CHECK(refused({"--init", "svd", "--table", "hash", "--buckets", "9"}) ==
          "--init svd and --table hash exclude each other: its entities have no rows of their own to initialize");
    CHECK(refused({"--init", "rows"}) == "--init rows needs --init-rows: name the file of the rows");
    CHECK(refused({"--init-rows", "x.npy"}) ==
          "--init-rows and --init normal exclude each other: use --init rows or --init sparse-pca");
    CHECK(refused({"--init-array", "x"}) == "--init-array needs --init-rows: name the file that has the array");
    CHECK(refused({"--init", "svd"}).empty());
}

}  // namespace first_rows_test
