// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows as sparse codes over a few dense atoms, F ~ C D:
///
///     min_(C, D)  0.5 * ||F - C D||_F^2 + alpha * sum |C|,     ||D_l|| <= 1
///
/// so that a table of F's rows can start as the sparse table C with `atoms` columns. Codes and atoms are optimized alternately:
/// codes by the lasso (sparse_coding.hpp), atoms one after the other, each optimal given the others; the objective never rises.
/// Source: Mairal, Bach, Ponce and Sapiro, JMLR 11 (2010), algorithm 2, over all rows at once as scikit-learn's `dict_learning`
/// does. Departures: only an atom that no code uses is replaced, by a random row without noise; the returned codes belong to
/// the returned atoms.

#include <pleach/core/random_stream.hpp>
#include <pleach/factor/sparse_coding.hpp>

#include <Eigen/Eigenvalues>

#include <cstdint>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

struct dictionary_options {
    std::size_t atoms = 64;
    double alpha = 1;               ///< weight of the l1 norm: larger gives more zeros; not divided by the number of rows
    std::size_t iterations = 1000;  ///< at most
    double tolerance = 1e-8;        ///< stop when an iteration reduces the objective by less than this share
    std::uint64_t seed = 0;         ///< for choosing rows that replace unused atoms
    matrix_view<const double> start = {};  ///< initial atoms, atoms x cols, instead of singular vectors
};

struct dictionary_result {
    matrix<double> codes;           ///< C: rows x atoms, sparse
    matrix<double> atoms;           ///< D: atoms x cols
    std::vector<double> objective;  ///< after every iteration, and after the final codes
    bool converged = false;
    std::size_t nonzeros = 0;  ///< nonzero codes
};

namespace detail {

// The sums over samples that the atom step needs.
struct code_moments {
    column_major<double> codes;  // C^T C
    row_major<double> samples;   // C^T F
    double sizes = 0;            // sum |C|
    code_moments& operator+=(const code_moments& other) {
        codes += other.codes;
        samples += other.samples;
        sizes += other.sizes;
        return *this;
    }
};

/// The alternating optimization. Codes are stored transposed (atoms x rows).
class dictionary_learner {
public:
    dictionary_learner(matrix_view<const double> samples, row_major<double> first, const dictionary_options& options)
        : codes(static_cast<std::size_t>(first.rows()), samples.rows()), atoms(std::move(first)), samples_(samples),
          options_(options) {
        for (std::size_t r = 0; r < samples.rows(); ++r) squares_ += mapped(samples.rows_from(r, 1)).squaredNorm();
    }

    matrix<double> codes;
    row_major<double> atoms;
    std::vector<double> objective;
    bool converged = false;

    /// Starts with the best atoms for the given codes (atoms x rows).
    template <executor Executor>
    void begin(matrix_view<const double> given, const Executor& exec) {
        codes = matrix<double>(given);
        const code_moments moments = measure([](const auto&, matrix_view<double>) {}, exec);
        const random_stream stream = random_stream(options_.seed).fork("begin");
        for (int pass = 0; pass < 1000; ++pass) {
            const row_major<double> before = atoms;
            step_atoms(moments, stream);
            if ((atoms - before).norm() <= 1e-12 * before.norm()) break;
        }
    }

    template <executor Executor>
    void run(const Executor& exec) {
        const random_stream stream = random_stream(options_.seed).fork("dictionary");
        for (std::size_t t = 0; t < options_.iterations && !converged; ++t) {
            const code_moments moments = code(1e-6, exec);
            step_atoms(moments, stream.fork(t));
            objective.push_back(value(moments));
            converged = t > 0 && objective[t - 1] - objective[t] < options_.tolerance * objective[t];
        }
        objective.push_back(value(code(1e-9, exec)));
    }

private:
    template <executor Executor>
    [[nodiscard]] code_moments code(double tolerance, const Executor& exec) {
        row_major<double> gram;
        {
            const one_eigen_thread alone;
            gram = atoms * atoms.transpose();
        }
        const lasso_options lasso{.alpha = options_.alpha, .tolerance = tolerance};
        return measure(
            [&](const auto& rows, matrix_view<double> here) {
                const row_major<double> products = atoms * rows.transpose();
                lasso_codes(view_of(std::as_const(gram)), view_of(products), here, lasso);
            },
            exec);
    }

    // Changes the codes of each task's rows and sums their moments.
    template <class Change, executor Executor>
    [[nodiscard]] code_moments measure(const Change& change, const Executor& exec) {
        const Eigen::Index k = atoms.rows();
        const code_moments zero{column_major<double>::Zero(k, k), row_major<double>::Zero(k, atoms.cols()), 0};
        return sum_over_rows(samples_.rows(), zero, exec, [&](std::size_t first, std::size_t last, code_moments& sum) {
            constexpr std::size_t piece = 512;
            for (; first < last; first += piece) {
                const std::size_t count = (std::min)(piece, last - first);
                const auto rows = mapped(samples_.rows_from(first, count));
                const matrix_view<double> here(codes.data() + first, codes.rows(), count, codes.cols());
                change(rows, here);
                const auto block = mapped(here);
                sum.codes.noalias() += block * block.transpose();
                sum.samples.noalias() += block * rows;
                sum.sizes += block.cwiseAbs().sum();
            }
        });
    }

    void step_atoms(const code_moments& moments, random_stream stream) {
        const one_eigen_thread alone;
        for (Eigen::Index l = 0; l < atoms.rows(); ++l) {
            const double use = moments.codes(l, l);
            if (use > 0)
                atoms.row(l) += (moments.samples.row(l) - moments.codes.row(l) * atoms) / use;
            else
                atoms.row(l) = mapped(samples_).row(
                    to_eigen(static_cast<std::size_t>(stream.below(samples_.rows(), static_cast<std::uint64_t>(l)))));
            atoms.row(l) /= (std::max)(atoms.row(l).norm(), 1.0);
        }
    }

    [[nodiscard]] double value(const code_moments& moments) const {
        const one_eigen_thread alone;
        const column_major<double> gram = atoms * atoms.transpose();
        return 0.5 * squares_ - moments.samples.cwiseProduct(atoms).sum() + 0.5 * moments.codes.cwiseProduct(gram).sum() +
               options_.alpha * moments.sizes;
    }

    matrix_view<const double> samples_;
    const dictionary_options& options_;
    double squares_ = 0;
};

inline void check_penalty(const char* who, double alpha) {
    if (!(alpha >= 0 && std::isfinite(alpha)))
        throw std::invalid_argument(std::string(who) + ": alpha is " + std::to_string(alpha) +
                                    ", but must be finite and at least 0");
}

[[nodiscard]] inline std::size_t count_nonzeros(std::span<const double> values) {
    return static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [](double x) { return x != 0; }));
}

}  // namespace detail

/// Sparse codes of the rows, and atoms. The initial atoms are the leading right singular vectors times their singular values;
/// atoms beyond the number of columns start as random rows. *Throws* std::invalid_argument if there is no row, column or atom,
/// values are not finite, or alpha is negative or so large that every code is 0. *Complexity:* rows * atoms * (cols + atoms)
/// per iteration, plus the sweeps of the lasso.
template <executor Executor = sequential>
[[nodiscard]] dictionary_result learn_dictionary(matrix_view<const double> rows, const dictionary_options& options,
                                                 const Executor& exec = {}) {
    const char* who = "pleach::learn_dictionary";
    const auto refuse = [who](const std::string& sentence) { throw std::invalid_argument(who + (": " + sentence)); };
    const std::size_t k = options.atoms, d = rows.cols();
    if (rows.rows() == 0 || d == 0 || k == 0)
        refuse(std::to_string(rows.rows()) + " rows of " + std::to_string(d) + " columns and " + std::to_string(k) +
               " atoms, but there must be at least one of each");
    detail::check_penalty(who, options.alpha);
    double longest = 0;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        const double norm = detail::mapped(rows.rows_from(r, 1)).norm();
        if (!std::isfinite(norm)) refuse("row " + std::to_string(r) + " holds a value that is not finite; leave such rows out");
        longest = (std::max)(longest, norm);
    }
    if (options.alpha >= longest)
        refuse("alpha is " + std::to_string(options.alpha) + ", but no row is longer than " + std::to_string(longest) +
               ", so that every code would be 0; give a smaller alpha");
    detail::row_major<double> atoms(detail::to_eigen(k), detail::to_eigen(d));
    if (options.start.rows() > 0) {
        if (options.start.rows() != k || options.start.cols() != d)
            refuse("the start has " + std::to_string(options.start.rows()) + " atoms of " +
                   std::to_string(options.start.cols()) + " columns, but " + std::to_string(k) + " of " + std::to_string(d) +
                   " are needed");
        atoms = detail::mapped(options.start);
    } else {
        const detail::one_eigen_thread alone;
        const auto eigen =
            Eigen::SelfAdjointEigenSolver<detail::column_major<double>>(detail::inner_products<double>(rows, rows, exec));
        const random_stream stream = random_stream(options.seed).fork("atoms");
        for (std::size_t l = 0; l < k; ++l) {
            if (l < d)
                atoms.row(detail::to_eigen(l)) = eigen.eigenvectors().col(detail::to_eigen(d - 1 - l)).transpose() *
                                                 std::sqrt((std::max)(0.0, eigen.eigenvalues()(detail::to_eigen(d - 1 - l))));
            else
                atoms.row(detail::to_eigen(l)) =
                    detail::mapped(rows).row(detail::to_eigen(static_cast<std::size_t>(stream.below(rows.rows(), l))));
        }
    }
    detail::dictionary_learner learner(rows, std::move(atoms), options);
    learner.run(exec);
    dictionary_result result;
    result.codes = matrix<double>(rows.rows(), k);
    detail::mapped(result.codes.view()) = detail::mapped(learner.codes.view()).transpose();
    result.atoms = matrix<double>(detail::view_of(std::as_const(learner.atoms)));
    result.objective = std::move(learner.objective);
    result.converged = learner.converged;
    result.nonzeros = detail::count_nonzeros(result.codes.elements());
    if (result.nonzeros == 0) refuse("every code ended as 0; give a smaller alpha than " + std::to_string(options.alpha));
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
