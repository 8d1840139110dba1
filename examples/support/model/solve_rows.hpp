// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A graph model with fewer rows. Propagation P is linear and known, so the rows that stay can compensate for those left out.
/// With S, which places the kept rows X among rows of zeros, and the trained table T,
///
///     X = argmin_X || P S X - P T ||^2,
///
/// by conjugate gradients (least_squares.hpp), starting from the kept rows of T. A step costs two propagations. For example,
/// all items and no users then rank nearly as well as all rows do, whereas the same rows as trained do not. Source: sparsity by
/// rows after Wu et al., "INMO", SIGIR 2022, which trains its kept rows instead of solving for them.

#include "support/model/kept_propagation.hpp"

namespace support {

struct solved_rows {
    pleach::matrix<float> rows;  ///< X, one row per kept row
    double error = 0;            ///< || P S X - P T ||^2 / || P T ||^2
};

/// Solves for the rows `kept` of a model with this graph and number of layers, so that they propagate as closely as possible to
/// what all rows of `trained` do. The bits do not depend on the executor. *Throws* std::invalid_argument unless kept is not
/// empty and ascends within the rows of the graph, the table has as many rows as the graph, and its values are finite.
/// *Complexity:* 2 (steps + 1) propagations, four matrices of all rows and three of the kept ones.
template <pleach::executor Executor>
[[nodiscard]] solved_rows solve_rows(const bipartite_graph& graph, pleach::matrix_view<const float> trained, std::size_t layers,
                                     std::span<const std::uint32_t> kept, std::size_t steps, const Executor& exec) {
    detail::check_kept("solve_rows", graph, trained, kept);
    kept_propagation<Executor> over(graph, trained, layers, kept, exec);
    solved_rows result{selected_rows(trained, kept), 0};
    pleach::matrix<float> left = over.left_of(result.rows);
    solve_least_squares(
        result.rows, left, steps, [&](const auto& x, auto& out) { over.spread(x, out); },
        [&](const auto& r, auto& out) { over.gather(r, out); }, exec);
    result.error = over.error_of(left);
    return result;
}

}  // namespace support
