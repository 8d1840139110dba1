// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A graph model with fewer rows. Propagation P (propagation.hpp) is linear and known, so the rows that stay can compensate for
/// those left out. With S, which places the kept rows X among rows of zeros, and the trained table T,
///
///     X = argmin_X || P S X - P T ||^2,
///
/// by conjugate gradients on the normal equations, each column independently, starting from the kept rows of T. A step costs
/// two propagations. For example, all items and no users then rank nearly as well as all rows do, whereas the same rows as
/// trained do not. Sources: CGLS of Hestenes and Stiefel, 1952, in the form of Bjoerck, "Numerical Methods for Least Squares
/// Problems", 1996, 7.4; sparsity by rows after Wu et al., "INMO", SIGIR 2022, which trains its kept rows instead of solving
/// for them.

#include "support/model/propagation.hpp"

#include <pleach/core/matrix.hpp>

#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace support {

/// The rows to keep: a fraction of the users and one of the items, those with the most neighbors, ties by lower number.
/// Ascending.
[[nodiscard]] std::vector<std::uint32_t> choose_rows(const bipartite_graph& graph, double of_users, double of_items);

struct solved_rows {
    pleach::matrix<float> rows;  ///< X, one row per kept row
    double error = 0;            ///< || P S X - P T ||^2 / || P T ||^2
};

namespace detail {

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

    /// y = y + a x, with an a for each column.
    void add(const std::vector<double>& a, const pleach::matrix<float>& x, pleach::matrix<float>& y) const {
        for_each_value(y, [&](std::size_t r, std::size_t c, float& to) { to += static_cast<float>(a[c]) * x.row(r)[c]; });
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

/// a / b for each column, and 0 for one that has converged.
[[nodiscard]] inline std::vector<double> ratios(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> result(a.size(), 0);
    for (std::size_t c = 0; c < a.size(); ++c)
        if (b[c] > 0) result[c] = a[c] / b[c];
    return result;
}

/// A column has converged when its squared gradient, relative to the initial one, is below this.
inline constexpr double smallest_slope = 1e-10;

/// *Throws* std::invalid_argument that names the first violation.
void check_solve(const bipartite_graph& graph, pleach::matrix_view<const float> trained, std::span<const std::uint32_t> kept);

}  // namespace detail

/// Solves for the rows `kept` of a model with this graph and number of layers, so that they propagate as closely as possible to
/// what all rows of `trained` do. The bits do not depend on the executor. *Throws* std::invalid_argument unless kept is not
/// empty and ascends within the rows of the graph, the table has as many rows as the graph, and its values are finite.
/// *Complexity:* 2 (steps + 1) propagations, two matrices of all rows and three of the kept ones.
template <pleach::executor Executor>
[[nodiscard]] solved_rows solve_rows(const bipartite_graph& graph, pleach::matrix_view<const float> trained, std::size_t layers,
                                     std::span<const std::uint32_t> kept, std::size_t steps, const Executor& exec) {
    detail::check_solve(graph, trained, kept);
    const std::size_t dim = trained.cols();
    const detail::column_algebra<Executor> columns(exec);
    std::vector<std::uint32_t> number(graph.nodes(), ~std::uint32_t{0});
    for (std::size_t k = 0; k < kept.size(); ++k) number[kept[k]] = static_cast<std::uint32_t>(k);
    propagation over(graph, dim, layers);
    const auto from_kept = [&](const pleach::matrix<float>& x, pleach::matrix<float>& out) {  // P S x
        over.run([&](std::size_t n) { return number[n] < kept.size() ? x.row(number[n]).data() : nullptr; },
                 [&](std::size_t n) { return out.row(n).data(); }, kept, {}, exec);
    };
    const auto to_kept = [&](const pleach::matrix<float>& r, pleach::matrix<float>& out) {  // S^T P r, as P is symmetric
        over.run([&](std::size_t n) { return r.row(n).data(); }, [&](std::size_t n) { return out.row(number[n]).data(); }, {},
                 kept, exec);
    };
    const auto total = [](const std::vector<double>& squares) {
        double sum = 0;
        for (const double s : squares) sum += s;
        return sum;
    };

    solved_rows result{pleach::matrix<float>(kept.size(), dim), 0};
    pleach::matrix<float>& x = result.rows;
    for (std::size_t k = 0; k < kept.size(); ++k) std::ranges::copy(trained.row(kept[k]), x.row(k).begin());
    pleach::matrix<float> left(graph.nodes(), dim), moved(graph.nodes(), dim);
    over.run([&](std::size_t n) { return trained.row(n).data(); }, [&](std::size_t n) { return left.row(n).data(); }, {}, {},
             exec);
    const double whole = total(columns.squares(left));
    from_kept(x, moved);
    columns.add(std::vector<double>(dim, -1), moved, left);  // P T - P S x

    pleach::matrix<float> gradient(kept.size(), dim);
    to_kept(left, gradient);
    pleach::matrix<float> direction = gradient;
    std::vector<double> slope = columns.squares(gradient);
    const std::vector<double> first = slope;
    for (std::size_t step = 0; step < steps; ++step) {
        from_kept(direction, moved);
        std::vector<double> length = detail::ratios(slope, columns.squares(moved));
        columns.add(length, direction, x);
        for (double& a : length) a = -a;
        columns.add(length, moved, left);
        to_kept(left, gradient);
        std::vector<double> next = columns.squares(gradient);
        // What remains of the gradient then is rounding, and steps along it only lead away.
        for (std::size_t c = 0; c < dim; ++c)
            if (slope[c] == 0 || next[c] < detail::smallest_slope * first[c]) next[c] = 0;
        columns.turn(gradient, detail::ratios(next, slope), direction);
        slope = std::move(next);
    }
    result.error = whole > 0 ? total(columns.squares(left)) / whole : 0;
    return result;
}

}  // namespace support
