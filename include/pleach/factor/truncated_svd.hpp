// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The largest singular values of a matrix and their vectors, X ~ U diag(s) V^T, from a few products with blocks.
///
/// Method: randomized block Krylov iteration: Q_0 = orth(X G) for a Gaussian block G, Q_(j+1) =
/// orth((I - Q Q^T) X X^T Q_j) over the shorter side of X, then the best vectors in the span of all blocks (Rayleigh-Ritz). For
/// the same number of products this is more accurate than subspace iteration, which uses the last block only. Source: Musco and
/// Musco, "Randomized Block Krylov Methods for Stronger and Faster Approximate Singular Value Decomposition", NIPS 2015,
/// algorithm 2; Halko, Martinsson and Tropp, SIAM Review 53 (2011). Departures: blocks are orthogonalized as they are computed,
/// blocks may be narrower than the rank, rounds restart from the vectors found, and if a block adds nothing (a singular value
/// is repeated more often than a block is wide) the next block is random.

#include <pleach/core/random_stream.hpp>
#include <pleach/factor/linear_operator.hpp>

#include <Eigen/Eigenvalues>

#include <limits>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

struct svd_options {
    std::size_t rank = 64;    ///< singular values wanted
    std::size_t block = 0;    ///< columns per block; 0: a quarter of the rank, at least 8; at most the shorter side
    std::size_t blocks = 11;  ///< per round; more if needed to exceed the rank
    std::size_t rounds = 1;   ///< each starts with the vectors found by the last one
    std::uint64_t seed = 0;
};

template <class T>
struct truncated_svd_result {
    matrix<T> left;              ///< U: rows x rank, orthonormal columns; signs as in V
    std::vector<double> values;  ///< s, descending
    matrix<T> right;             ///< V: cols x rank, orthonormal columns; the largest magnitude of a column is positive
};

namespace detail {

// X or its transpose, such that rows() <= cols().
template <class Op>
struct short_side {
    const Op& op;
    [[nodiscard]] bool flipped() const { return op.cols() < op.rows(); }
    [[nodiscard]] std::size_t rows() const { return (std::min)(op.rows(), op.cols()); }
    [[nodiscard]] std::size_t cols() const { return (std::max)(op.rows(), op.cols()); }
    template <class T, executor Executor>
    void to_long(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        flipped() ? op.multiply(in, out, exec) : op.multiply_transposed(in, out, exec);
    }
    template <class T, executor Executor>
    void to_short(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        flipped() ? op.multiply_transposed(in, out, exec) : op.multiply(in, out, exec);
    }
};

template <class T>
[[nodiscard]] matrix_view<T> columns_of(matrix_view<T> m, std::size_t first, std::size_t count) {
    return {m.data() + first, m.rows(), count, m.stride()};
}

template <class T>
[[nodiscard]] Eigen::SelfAdjointEigenSolver<column_major<double>> eigen_of(const column_major<T>& symmetric) {
    const one_eigen_thread alone;
    return Eigen::SelfAdjointEigenSolver<column_major<double>>(symmetric.template cast<double>());
}

// Makes the columns of `block` orthonormal among themselves and orthogonal to `done`, and returns how many remain: linearly
// dependent ones are dropped. Repeated, since once is not enough in floating point.
template <class T, executor Executor>
[[nodiscard]] std::size_t orthonormalize(matrix_view<const T> done, matrix_view<T> block, const Executor& exec) {
    std::size_t count = block.cols();
    double scale = 0;
    for (int pass = 0; pass < 3 && count > 0; ++pass) {
        const matrix_view<T> live = columns_of(block, 0, count);
        const column_major<double> before = inner_products<T>(live, live, exec).template cast<double>();
        if (pass == 0) scale = before.diagonal().maxCoeff();
        if (done.cols() > 0) {
            const column_major<T> along = inner_products<T>(done, live, exec);
            for_each_chunk(exec, live.rows(), rows_per_task(live.rows()), [&](std::size_t first, std::size_t last) {
                const one_eigen_thread alone;
                mapped(live.rows_from(first, last - first)).noalias() -= mapped(done.rows_from(first, last - first)) * along;
            });
        }
        const auto eigen = eigen_of(inner_products<T>(live, live, exec));
        const double least = (pass == 0 ? scale : 1.0) * 64 * static_cast<double>(std::numeric_limits<T>::epsilon());
        const auto size = to_eigen(count);
        Eigen::Index kept = 0;
        while (kept < size && eigen.eigenvalues()(size - 1 - kept) > least) ++kept;
        const column_major<double> turn =
            eigen.eigenvectors().rightCols(kept) * eigen.eigenvalues().tail(kept).cwiseSqrt().cwiseInverse().asDiagonal();
        matrix<T> turned(live.rows(), static_cast<std::size_t>(kept));
        multiply_rows<T>(live, turn.template cast<T>(), turned.view(), exec);
        count = static_cast<std::size_t>(kept);
        if (count > 0) mapped(columns_of(block, 0, count)) = mapped(turned.view());
    }
    return count;
}

/// Fills the result and returns options.rank, or only returns the rank of the matrix if that is less.
/// *Precondition:* 1 <= options.rank <= both sides.
template <class T, linear_operator Op, executor Executor>
[[nodiscard]] std::size_t find_singular_vectors(const Op& op, const svd_options& options, truncated_svd_result<T>& result,
                                                const Executor& exec) {
    const short_side<Op> side{op};
    const std::size_t k = options.rank, n = side.rows();
    const std::size_t block = (std::min)(n, options.block > 0 ? options.block : (std::max)(std::size_t{8}, k / 4));
    const std::size_t width = (std::min)(n, (std::max)(options.blocks * block, k + (std::min)(k, block)));
    matrix<T> basis(n, width), images(side.cols(), width), start(n, block);
    const auto draw = [&](std::uint64_t time) {
        matrix<T> noise(side.cols(), block);
        const random_stream stream = random_stream(options.seed).fork("truncated_svd").fork(time);
        for_each_chunk(exec, noise.rows(), 1024, [&](std::size_t first, std::size_t last) {
            for (std::size_t r = first; r < last; ++r)
                for (std::size_t c = 0; c < block; ++c) noise.row(r)[c] = static_cast<T>(stream.normal(r, c));
        });
        start = matrix<T>(n, block);
        side.to_short(std::as_const(noise).view(), start.view(), exec);
    };
    std::uint64_t drawn = 0;
    draw(drawn++);
    if (!mapped(start.view()).allFinite())
        throw std::invalid_argument("pleach::truncated_svd: the matrix holds values that are not finite; leave their rows out");
    matrix<T> short_vectors(n, k), long_vectors(side.cols(), k);
    for (std::size_t round = 0; round < (std::max)(std::size_t{1}, options.rounds); ++round) {
        std::size_t filled = 0, last = 0;
        bool fresh = round == 0;
        matrix_view<T> next = start.view();
        while (true) {
            next = columns_of(next, 0, (std::min)(next.cols(), width - filled));
            last = orthonormalize<T>(columns_of(std::as_const(basis).view(), 0, filled), next, exec);
            if (last == 0) {
                if (fresh) break;
                draw(drawn++);
                next = start.view();
                fresh = true;
                continue;
            }
            fresh = false;
            const matrix_view<T> here = columns_of(basis.view(), filled, last);
            mapped(here) = mapped(columns_of(next, 0, last));
            const matrix_view<T> image = columns_of(images.view(), filled, last);
            side.template to_long<T>(here, image, exec);
            filled += last;
            if (filled == width) break;
            next = columns_of(start.view(), 0, last);
            side.template to_short<T>(image, next, exec);
        }
        const matrix_view<const T> found = columns_of(std::as_const(images).view(), 0, filled);
        const auto eigen = eigen_of(inner_products<T>(found, found, exec));
        const auto m = to_eigen(filled);
        const double largest = m > 0 ? eigen.eigenvalues()(m - 1) : 0;
        std::size_t rank = 0;
        while (rank < filled && eigen.eigenvalues()(m - 1 - to_eigen(rank)) >
                                    largest * static_cast<double>(std::numeric_limits<T>::epsilon()) * 16)
            ++rank;
        if (rank < k) return rank;
        const auto best = [&](std::size_t count) -> column_major<double> {
            return eigen.eigenvectors().rightCols(to_eigen(count)).rowwise().reverse();
        };
        if (round + 1 < options.rounds) {
            const std::size_t again = (std::min)((std::max)(block, k), (std::min)(filled, width));
            start = matrix<T>(n, again);
            multiply_rows<T>(columns_of(std::as_const(basis).view(), 0, filled), best(again).template cast<T>(), start.view(),
                             exec);
            continue;
        }
        column_major<double> turn = best(k);
        result.values.resize(k);
        for (std::size_t i = 0; i < k; ++i) result.values[i] = std::sqrt(eigen.eigenvalues()(m - 1 - to_eigen(i)));
        multiply_rows<T>(columns_of(std::as_const(basis).view(), 0, filled), turn.template cast<T>(), short_vectors.view(),
                         exec);
        for (std::size_t i = 0; i < k; ++i) turn.col(to_eigen(i)) /= result.values[i];
        multiply_rows<T>(found, turn.template cast<T>(), long_vectors.view(), exec);
    }
    result.left = std::move(side.flipped() ? long_vectors : short_vectors);
    result.right = std::move(side.flipped() ? short_vectors : long_vectors);
    for (std::size_t i = 0; i < k; ++i) {
        auto right = mapped(result.right.view()).col(to_eigen(i));
        Eigen::Index at = 0;
        right.cwiseAbs().maxCoeff(&at);
        if (right(at) >= 0) continue;
        right = -right;
        mapped(result.left.view()).col(to_eigen(i)) *= T{-1};
    }
    return k;
}

}  // namespace detail

/// The options.rank largest singular values and vectors of an operator, computed in blocks of type T.
/// *Throws* std::invalid_argument if options.rank is 0 or more than the rank of the matrix (up to the rounding of T), or values
/// are not finite.
/// *Complexity:* 2 * rounds * blocks products with one block, plus (rows + cols) * (blocks * block)^2.
template <class T = double, linear_operator Op, executor Executor = sequential>
[[nodiscard]] truncated_svd_result<T> truncated_svd(const Op& op, const svd_options& options, const Executor& exec = {}) {
    truncated_svd_result<T> result;
    std::size_t rank = (std::min)(op.rows(), op.cols());
    if (options.rank >= 1 && options.rank <= rank) rank = detail::find_singular_vectors(op, options, result, exec);
    if (options.rank == 0 || options.rank > rank)
        throw std::invalid_argument("pleach::truncated_svd: " + std::to_string(options.rank) +
                                    " singular values were asked for, but a matrix of " + std::to_string(op.rows()) +
                                    " rows and " + std::to_string(op.cols()) + " columns has a rank of " +
                                    std::to_string(rank) + "; ask for at least 1 and no more than that");
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
