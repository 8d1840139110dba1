// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Computes a new assignment from trained rows: for every row h of H, the t codes (rows of C) that best represent it, with
/// non-negative weights. Needs Eigen.
///
/// - pseudo_inverse: keeps the t largest entries of h C^+, the least-squares solution of smallest norm (LEGCF, SIGIR 2024,
///   section 3). With more codes than columns that solution is exact but not sparse, so keeping t of its entries is a
///   heuristic: their weights are not the best ones for the codes kept.
/// - matching_pursuit: adds t codes one after the other, each the one best aligned with the residual of h, and solves
///   non-negative least squares for all weights each time. A sparse fit instead of a truncated one (Bruckstein, Elad and
///   Zibulevsky, IEEE Trans. Inf. Theory, 2008); our own choice.
///
/// C^+ is computed from the smaller Gram matrix of C, in double. Products with H are taken a few rows at a time, so the dense
/// solution is never stored as a whole. Published code keeps negative weights and aborts if its graph would get negative edges;
/// here they become 0.

#include <pleach/assign/detail/largest.hpp>
#include <pleach/compose/assignment.hpp>
#include <pleach/core/executor.hpp>
#include <pleach/factor/eigen_blocks.hpp>

#include <Eigen/Eigenvalues>

#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {

struct pseudo_inverse {};
struct matching_pursuit {
    std::size_t sweeps = 100;  ///< at most, over the weights of a row, per added code
};

namespace detail {

template <class T>
void check_solvable(matrix_view<const T> codes, std::size_t dim, const char* what) {
    const std::string name = std::string("pleach::reassign: ") + what;
    if (codes.rows() == 0) throw std::invalid_argument(name + " are empty; entities need rows to be made of");
    if (codes.cols() != dim)
        throw std::invalid_argument(name + " have " + std::to_string(codes.cols()) + " columns, but the rows have " +
                                    std::to_string(dim));
    for (std::size_t j = 0; j < codes.rows(); ++j)
        for (const T x : codes.row(j))
            if (!(x - x == T{0}))
                throw std::invalid_argument(name + " hold " + std::to_string(x) + " in row " + std::to_string(j) +
                                            ", but must be finite; the preceding training has diverged");
}

/// C^+ as codes.cols() x codes.rows(). Directions whose singular value is below sqrt(max(rows, cols) * 2^-52) times the largest
/// are dropped: the Gram matrix cannot distinguish them from rounding errors.
template <class T>
[[nodiscard]] row_major<double> inverse_of(matrix_view<const T> codes) {
    const row_major<double> c = mapped(codes).template cast<double>();
    const bool is_wide = c.rows() <= c.cols();
    const Eigen::SelfAdjointEigenSolver<row_major<double>> solved(is_wide ? row_major<double>(c * c.transpose())
                                                                          : row_major<double>(c.transpose() * c));
    const double largest = solved.eigenvalues().maxCoeff();
    if (!(largest > 0))
        throw std::invalid_argument(
            "pleach::reassign: all codes are zero, so no row can be made of them; start them with "
            "other values");
    const double least = largest * static_cast<double>((std::max)(c.rows(), c.cols())) * std::numeric_limits<double>::epsilon();
    const Eigen::VectorXd inverse = solved.eigenvalues().unaryExpr([&](double x) { return x > least ? 1 / x : 0; });
    const row_major<double> gram = solved.eigenvectors() * inverse.asDiagonal() * solved.eigenvectors().transpose();
    return is_wide ? row_major<double>(c.transpose() * gram) : row_major<double>(gram * c.transpose());
}

inline constexpr std::size_t rows_per_product = 512;

/// *Throws* std::invalid_argument that names the row of H if a product is not finite.
template <class Products>
void check_products(const Products& products, std::size_t first) {
    for (Eigen::Index i = 0; i < products.rows(); ++i)
        if (!products.row(i).allFinite())
            throw std::invalid_argument("pleach::reassign: row " + std::to_string(first + static_cast<std::size_t>(i)) +
                                        " is not finite; the preceding training has diverged");
}

/// Matching pursuit for one row: `left_` are the correlations b - G w of its residual with all codes.
template <class T>
class pursuit {
public:
    /// *Precondition:* gram is codes x codes and outlives this object.
    pursuit(const row_major<T>& gram, std::size_t sweeps) : gram_(&gram), sweeps_(sweeps), left_(gram.rows()) {}

    void run(const T* products, std::span<std::uint32_t> ids, std::span<T> weights) {
        const auto codes = static_cast<std::size_t>(gram_->rows());
        std::size_t found = 0;
        for (; found < ids.size(); ++found) {
            for (std::size_t j = 0; j < codes; ++j) left_[at(j)] = products[j];
            for (std::size_t k = 0; k < found; ++k) left_ -= weights[k] * gram_->row(at(ids[k])).transpose().array();
            std::size_t best = codes;
            T most = 0;
            for (std::size_t j = 0; j < codes; ++j) {
                const T square = (*gram_)(at(j), at(j));
                if (!(left_[at(j)] > T{0}) || !(square > T{0}) || is_in(j, ids.first(found))) continue;
                const T along = left_[at(j)] * left_[at(j)] / square;
                if (along > most) {
                    most = along;
                    best = j;
                }
            }
            if (best == codes) break;
            ids[found] = static_cast<std::uint32_t>(best);
            weights[found] = 0;
            solve(products, ids.first(found + 1), weights);
        }
        for (std::uint32_t j = 0; found < ids.size(); ++j)
            if (!is_in(j, ids.first(found))) {
                ids[found] = j;
                weights[found++] = 0;
            }
    }

private:
    static Eigen::Index at(std::size_t j) noexcept { return static_cast<Eigen::Index>(j); }
    static bool is_in(std::size_t j, std::span<const std::uint32_t> ids) noexcept {
        for (const std::uint32_t id : ids)
            if (id == j) return true;
        return false;
    }

    // Non-negative least squares over the chosen codes, by coordinate descent.
    void solve(const T* products, std::span<const std::uint32_t> ids, std::span<T> weights) const {
        for (std::size_t sweep = 0; sweep < sweeps_; ++sweep) {
            T largest = 0, moved = 0;
            for (std::size_t k = 0; k < ids.size(); ++k) {
                T rest = products[ids[k]];
                for (std::size_t i = 0; i < ids.size(); ++i)
                    if (i != k) rest -= (*gram_)(at(ids[k]), at(ids[i])) * weights[i];
                const T next = (std::max)(T{0}, rest / (*gram_)(at(ids[k]), at(ids[k])));
                moved = (std::max)(moved, std::abs(next - weights[k]));
                largest = (std::max)(largest, next);
                weights[k] = next;
            }
            if (moved <= 4 * std::numeric_limits<T>::epsilon() * largest) break;
        }
    }

    const row_major<T>* gram_;
    std::size_t sweeps_;
    Eigen::Array<T, Eigen::Dynamic, 1> left_;
};

// Calls solve(products of one row, its ids, its weights) for every row of H, with products = rows * right.
template <class T, class Executor, class MakeSolver>
[[nodiscard]] assignment<T> reassign_rows(matrix_view<const T> rows, const row_major<T>& right, std::size_t terms,
                                          const Executor& exec, MakeSolver&& make_solver) {
    const auto codes = static_cast<std::size_t>(right.cols());
    matrix<std::uint32_t> ids(rows.rows(), terms);
    matrix<T> weights(rows.rows(), terms);
    for_each_chunk(exec, rows.rows(), rows_per_product, [&](std::size_t first, std::size_t last) {
        const row_major<T> products = mapped(rows.rows_from(first, last - first)) * right;
        check_products(products, first);
        auto solve = make_solver();
        for (std::size_t x = first; x < last; ++x) solve(products.data() + (x - first) * codes, ids.row(x), weights.row(x));
    });
    return assignment<T>(codes, std::move(ids), std::move(weights));
}

}  // namespace detail

/// `terms` codes per row, chosen by the given method. *Throws* std::invalid_argument if terms is not from 1 to the number of
/// codes, widths differ, a value is not finite, or all codes are zero. *Complexity:* rows * codes * dim multiply-adds, plus
/// max(codes, dim) * min(codes, dim)^2 once; memory for a few hundred rows of products per task. The bits do not depend on the
/// executor.
template <std::floating_point T, executor Executor = sequential>
[[nodiscard]] assignment<T> reassign(matrix_view<const T> rows, matrix_view<const T> codes, std::size_t terms, pseudo_inverse,
                                     const Executor& exec = {}) {
    detail::check_solvable(codes, rows.cols(), "the codes");
    detail::check_terms(terms, codes.rows());
    const detail::row_major<T> inverse = detail::inverse_of(codes).template cast<T>();
    return detail::reassign_rows<T>(rows, inverse, terms, exec, [&] {
        return [&](const T* products, std::span<std::uint32_t> ids, std::span<T> weights) {
            detail::largest_entries(std::span<const T>(products, codes.rows()), ids);
            for (std::size_t k = 0; k < ids.size(); ++k) weights[k] = (std::max)(T{0}, products[ids[k]]);
        };
    });
}

template <std::floating_point T, executor Executor = sequential>
[[nodiscard]] assignment<T> reassign(matrix_view<const T> rows, matrix_view<const T> codes, std::size_t terms,
                                     matching_pursuit how, const Executor& exec = {}) {
    detail::check_solvable(codes, rows.cols(), "the codes");
    detail::check_terms(terms, codes.rows());
    const detail::row_major<T> transposed = detail::mapped(codes).transpose();
    const detail::row_major<T> gram = detail::mapped(codes) * transposed;
    return detail::reassign_rows<T>(rows, transposed, terms, exec, [&] {
        return [solver = detail::pursuit<T>(gram, how.sweeps)](const T* products, std::span<std::uint32_t> ids,
                                                               std::span<T> weights) mutable {
            solver.run(products, ids, weights);
        };
    });
}

/// The scores (H C^+)^T (H F^+) of coarse codes C and fine codes F over the rows H that both represent, for softmax_assignment
/// (C2F). Computed as (C^+)^T (H^T H) F^+, so neither tall product is formed. *Throws* as reassign. *Complexity:* rows * dim^2,
/// plus terms that do not depend on rows.
template <std::floating_point T, executor Executor = sequential>
[[nodiscard]] matrix<double> code_scores(matrix_view<const T> rows, matrix_view<const T> coarse, matrix_view<const T> fine,
                                         const Executor& exec = {}) {
    detail::check_solvable(coarse, rows.cols(), "the coarse codes");
    detail::check_solvable(fine, rows.cols(), "the fine codes");
    constexpr std::size_t rows_per_task = 8192;
    const auto dim = static_cast<Eigen::Index>(rows.cols());
    std::vector<detail::row_major<double>> grams((rows.rows() + rows_per_task - 1) / rows_per_task);
    for_each_chunk(exec, rows.rows(), rows_per_task, [&](std::size_t begin, std::size_t end) {
        detail::row_major<double>& gram = grams[begin / rows_per_task] = detail::row_major<double>::Zero(dim, dim);
        for (std::size_t first = begin; first < end; first += detail::rows_per_product) {
            const auto part = detail::mapped(rows.rows_from(first, (std::min)(detail::rows_per_product, end - first)));
            const detail::row_major<T> product = part.transpose() * part;
            gram += product.template cast<double>();
        }
    });
    detail::row_major<double> gram = detail::row_major<double>::Zero(dim, dim);
    for (const auto& one : grams) gram += one;
    if (!gram.allFinite())
        throw std::invalid_argument("pleach::reassign: the rows are not finite; the preceding training has diverged");
    const detail::row_major<double> scores = detail::inverse_of(coarse).transpose() * gram * detail::inverse_of(fine);
    matrix<double> result(coarse.rows(), fine.rows());
    for (std::size_t j = 0; j < result.rows(); ++j)
        for (std::size_t k = 0; k < result.cols(); ++k)
            result.row(j)[k] = scores(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(k));
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
