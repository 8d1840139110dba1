// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sparse principal components with an exact number of values each, for an exact memory budget: one after the other, the
/// direction z of K values with the most remaining variance,
///
///     z <- the K largest by magnitude of S z, scaled to length 1;     S <- (I - z z^T) S (I - z z^T),     S = X_c^T X_c
///
/// Every step raises z^T S z, but the result depends on the start, so many starts run at once, as columns of one block: one
/// from the leading direction, cut from all values to 8 K, 4 K, 2 K and K; the others at the columns of largest variance, then
/// at random. The best is kept. Source: Yuan and Zhang, "Truncated Power Method for Sparse Eigenvalue Problems", JMLR 14
/// (2013), algorithm 1 and section 4; deflation after Mackey, NIPS 2008. Ties go to the lower column.

#include <pleach/factor/detail/feature_rows.hpp>
#include <pleach/factor/sparse_components.hpp>

#include <Eigen/Core>

namespace pleach {
inline namespace PLEACH_ABI {

struct truncated_power_options {
    std::vector<std::size_t> cardinality = {8, 8};  ///< nonzero values of each component
    std::size_t starts = 16;                        ///< per component
    double ridge = 0.01;                            ///< ridge penalty of the scores
    std::size_t iterations = 1000;                  ///< at most, per number of values
    double tolerance = 1e-10;                       ///< stop when a step improves no start's variance by this share
    std::uint64_t seed = 0;                         ///< for random starts
    matrix_view<const double> start = {};           ///< components x columns: one more start per component
};

namespace detail {

template <class X>
class truncated_search {
public:
    truncated_search(const X& x, std::vector<double> squares, const truncated_power_options& options)
        : x_(x), options_(options), diagonal_(std::move(squares)), found_(row_major<double>::Zero(0, to_eigen(x.cols()))) {
        for (const double square : diagonal_) total_ += square;
    }

    bool converged = true;

    /// Adds the component of largest variance and returns its variance; 0 if none is left.
    template <executor Executor>
    [[nodiscard]] double add(std::size_t component, const Executor& exec) {
        const std::size_t count = options_.cardinality[component];
        row_major<double> from_all = random_directions(component, 1);
        for (std::size_t wide : {x_.cols(), 8 * count, 4 * count, 2 * count})
            if (wide > count && wide <= x_.cols()) climb(from_all, wide, exec);
        row_major<double> starts = other_starts(component);
        starts.col(0) = from_all;
        const real_vector variances = climb(starts, count, exec);
        Eigen::Index best = 0;
        const double variance = variances.maxCoeff(&best);
        if (!(variance > 1e-14 * total_)) return 0;
        const real_vector z = starts.col(best);
        const row_major<double> column = z;
        const row_major<double> image = covariance(column, exec);
        for (std::size_t c = 0; c < x_.cols(); ++c) {
            const double here = z(to_eigen(c));
            diagonal_[c] += here * (here * variance - 2 * image(to_eigen(c), 0));
        }
        found_.conservativeResize(found_.rows() + 1, Eigen::NoChange);
        found_.row(found_.rows() - 1) = z.transpose();
        return variance;
    }

    [[nodiscard]] const row_major<double>& found() const { return found_; }

private:
    // S in, where S is deflated by the components found.
    template <executor Executor>
    [[nodiscard]] row_major<double> covariance(row_major<double> in, const Executor& exec) const {
        for (Eigen::Index l = found_.rows(); l-- > 0;) in -= found_.row(l).transpose() * (found_.row(l) * in).eval();
        row_major<double> image(to_eigen(x_.rows()), in.cols());
        x_.multiply(view_of(std::as_const(in)), view_of(image), exec);
        x_.multiply_transposed(view_of(std::as_const(image)), view_of(in), exec);
        for (Eigen::Index l = 0; l < found_.rows(); ++l) in -= found_.row(l).transpose() * (found_.row(l) * in).eval();
        return in;
    }

    // Steps until no start improves; returns the variances.
    template <executor Executor>
    real_vector climb(row_major<double>& at, std::size_t count, const Executor& exec) {
        truncate(at, count);
        real_vector before = real_vector::Constant(at.cols(), -1);
        for (std::size_t t = 0;; ++t) {
            row_major<double> image = covariance(at, exec);
            const real_vector now = at.cwiseProduct(image).colwise().sum().transpose();
            const bool settled = ((now - before).array() <= options_.tolerance * now.array()).all();
            if (settled || t == options_.iterations) {
                converged = converged && settled;
                return now;
            }
            before = now;
            truncate(image, count);
            at = std::move(image);
        }
    }

    // Keeps the `count` largest values of every column and scales it to length 1.
    void truncate(row_major<double>& columns, std::size_t count) const {
        std::vector<Eigen::Index> order(static_cast<std::size_t>(columns.rows()));
        for (Eigen::Index b = 0; b < columns.cols(); ++b) {
            if (count < order.size()) {
                std::iota(order.begin(), order.end(), Eigen::Index{0});
                const auto cut = order.begin() + static_cast<std::ptrdiff_t>(count);
                std::nth_element(order.begin(), cut, order.end(), [&](Eigen::Index i, Eigen::Index j) {
                    const double a = std::abs(columns(i, b)), c = std::abs(columns(j, b));
                    return a > c || (a == c && i < j);
                });
                for (auto dead = cut; dead != order.end(); ++dead) columns(*dead, b) = 0;
            }
            const double norm = columns.col(b).norm();
            if (norm > 0) columns.col(b) /= norm;
        }
    }

    [[nodiscard]] row_major<double> random_directions(std::size_t component, std::size_t count) const {
        const random_stream stream = random_stream(options_.seed).fork("truncated_power").fork(component);
        row_major<double> out(to_eigen(x_.cols()), to_eigen(count));
        for (std::size_t c = 0; c < x_.cols(); ++c)
            for (std::size_t b = 0; b < count; ++b) out(to_eigen(c), to_eigen(b)) = stream.normal(c, b);
        return out;
    }

    // All starts but the first, whose column the caller overwrites.
    [[nodiscard]] row_major<double> other_starts(std::size_t component) const {
        const bool given = options_.start.rows() > 0;
        const std::size_t p = x_.cols(), units = (std::min)(p, (options_.starts - 1) / 2);
        row_major<double> out = random_directions(component, options_.starts + (given ? 1 : 0));
        std::vector<std::size_t> order(p);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return diagonal_[a] > diagonal_[b]; });
        for (std::size_t i = 0; i < units; ++i) {
            out.col(to_eigen(1 + i)).setZero();
            out(to_eigen(order[i]), to_eigen(1 + i)) = 1;
        }
        if (given)
            for (std::size_t c = 0; c < p; ++c) out(to_eigen(c), out.cols() - 1) = options_.start.row(component)[c];
        return out;
    }

    const X& x_;
    const truncated_power_options& options_;
    std::vector<double> diagonal_;
    row_major<double> found_;
    double total_ = 0;
};

}  // namespace detail

/// The objective lists the variances z^T S z of the components, each deflated by those before. *Throws* std::invalid_argument
/// for fewer than 2 rows, no columns, values that are not finite, columns that are all constant, no component, a cardinality of
/// 0 or above the number of columns, no start, and more components than the rank of the centered columns. *Complexity:* two
/// products with one column per start, per iteration and component.
template <linear_operator Op, executor Executor = sequential>
[[nodiscard]] sparse_components truncated_power(const Op& rows, const truncated_power_options& options,
                                                const Executor& exec = {}) {
    const char* who = "pleach::truncated_power";
    const auto refuse = [who](const std::string& sentence) { throw std::invalid_argument(who + (": " + sentence)); };
    const std::size_t k = options.cardinality.size();
    const centered<Op> x(rows, exec);
    const std::vector<double> squares = detail::checked_squares(who, x, k, options.ridge, exec);
    for (const std::size_t count : options.cardinality)
        if (count == 0 || count > x.cols())
            refuse("a component is to have " + std::to_string(count) + " values, but there are " + std::to_string(x.cols()) +
                   " columns; give it at least 1 and no more than that");
    if (options.starts == 0) refuse("0 starts were asked for, but at least one is needed");
    if (options.start.rows() > 0) detail::check_start(who, options.start, k, x.cols());

    sparse_components result;
    const auto loadings = detail::with_short_columns(who, x, exec, [&](const auto& short_x) {
        detail::truncated_search search(short_x, squares, options);
        for (std::size_t l = 0; l < k; ++l) {
            result.objective.push_back(search.add(l, exec));
            if (result.objective.back() == 0) detail::check_count(who, k, l);
        }
        result.converged = search.converged;
        return search.found();
    });
    detail::describe_components(x, loadings, options.ridge, squares, result, exec);
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
