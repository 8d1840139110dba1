// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Linear least squares for many right-hand sides at once, given only products with a matrix A and with its transpose:
///
///     X = argmin_X || A X - B ||^2
///
/// by conjugate gradients on the normal equations, each column independently, from wherever X is. Source: CGLS of Hestenes and
/// Stiefel, 1952, in the form of Bjoerck, "Numerical Methods for Least Squares Problems", 1996, 7.4.

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace support {

/// Vector operations on all columns at once, each with its own scalars. Sums are split into pieces that do not depend on the
/// executor.
template <pleach::executor Executor>
class column_algebra {
public:
    explicit column_algebra(const Executor& exec) : exec_(exec) {}

    /// The squared norm of each column.
    [[nodiscard]] std::vector<double> squares(const pleach::matrix<float>& m) const {
        const std::size_t pieces = (m.rows() + rows_per_task - 1) / rows_per_task;
        pleach::matrix<double> sums(pieces, m.cols());
        pleach::for_each_chunk(exec_, m.rows(), rows_per_task, [&](std::size_t first, std::size_t last) {
            const std::span<double> sum = sums.row(first / rows_per_task);
            for (std::size_t r = first; r < last; ++r)
                for (std::size_t c = 0; c < m.cols(); ++c) {
                    const auto x = static_cast<double>(m.row(r)[c]);
                    sum[c] += x * x;
                }
        });
        std::vector<double> result(m.cols(), 0);
        for (std::size_t p = 0; p < pieces; ++p)
            for (std::size_t c = 0; c < m.cols(); ++c) result[c] += sums.row(p)[c];
        return result;
    }
    /// The squared norm of the whole matrix.
    [[nodiscard]] double square(const pleach::matrix<float>& m) const {
        double sum = 0;
        for (const double one : squares(m)) sum += one;
        return sum;
    }

    /// y = y + a x, with an a for each column.
    void add(const std::vector<double>& a, const pleach::matrix<float>& x, pleach::matrix<float>& y) const {
        for_each_value(y, [&](std::size_t r, std::size_t c, float& to) { to += static_cast<float>(a[c]) * x.row(r)[c]; });
    }
    /// y = y + a x, with the same a for all columns.
    void add(double a, const pleach::matrix<float>& x, pleach::matrix<float>& y) const {
        add(std::vector<double>(x.cols(), a), x, y);
    }
    /// y = x + b y, with a b for each column.
    void turn(const pleach::matrix<float>& x, const std::vector<double>& b, pleach::matrix<float>& y) const {
        for_each_value(y, [&](std::size_t r, std::size_t c, float& to) { to = x.row(r)[c] + static_cast<float>(b[c]) * to; });
    }

private:
    static constexpr std::size_t rows_per_task = 512;

    template <class Use>
    void for_each_value(pleach::matrix<float>& m, Use&& use) const {
        pleach::for_each_chunk(exec_, m.rows(), rows_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t r = first; r < last; ++r)
                for (std::size_t c = 0; c < m.cols(); ++c) use(r, c, m.row(r)[c]);
        });
    }

    const Executor& exec_;
};

namespace detail {

/// A column has converged when its squared gradient, relative to the initial one, is below this.
inline constexpr double smallest_slope = 1e-10;

/// a / b for each column, and 0 for one that has converged.
[[nodiscard]] inline std::vector<double> ratios(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> result(a.size(), 0);
    for (std::size_t c = 0; c < a.size(); ++c)
        if (b[c] > 0) result[c] = a[c] / b[c];
    return result;
}

}  // namespace detail

/// Moves `x` by that many steps, and `left`, which is B - A X, with it. `times(x, out)` sets out to A x, `transposed(r, out)` to
/// A^T r. The bits do not depend on the executor if those of the products do not. *Complexity:* at most `steps` products
/// with A, and one more with its transpose.
template <pleach::executor Executor, class Times, class Transposed>
void solve_least_squares(pleach::matrix<float>& x, pleach::matrix<float>& left, std::size_t steps, Times&& times,
                         Transposed&& transposed, const Executor& exec) {
    const column_algebra<Executor> columns(exec);
    pleach::matrix<float> gradient(x.rows(), x.cols()), moved(left.rows(), left.cols());
    transposed(left, gradient);
    pleach::matrix<float> direction = gradient;
    std::vector<double> slope = columns.squares(gradient);
    const std::vector<double> first = slope;
    const auto is_zero = [](double square) { return square == 0; };
    for (std::size_t step = 0; step < steps && !std::ranges::all_of(slope, is_zero); ++step) {
        times(direction, moved);
        std::vector<double> length = detail::ratios(slope, columns.squares(moved));
        columns.add(length, direction, x);
        for (double& a : length) a = -a;
        columns.add(length, moved, left);
        transposed(left, gradient);
        std::vector<double> next = columns.squares(gradient);
        // What remains of the gradient then is rounding, and steps along it only lead away.
        for (std::size_t c = 0; c < next.size(); ++c)
            if (slope[c] == 0 || next[c] < detail::smallest_slope * first[c]) next[c] = 0;
        columns.turn(gradient, detail::ratios(next, slope), direction);
        slope = std::move(next);
    }
}

}  // namespace support
