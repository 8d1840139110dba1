// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Codewords for the rows of a graph model, fitted to what the rows propagate to instead of to the rows themselves. With
/// propagation P, the kept rows placed among zeros by S, the trained table T, and the matrix A of the codes (code_matrix.hpp):
///
///     solve_books    C = argmin_C || P S A C - P T ||^2     books, by conjugate gradients, with codes held
///     shape_codes    Y = H + 1.5 S^T P (P T - P S H)        codes and books, refitted to Y, where H = A C are the rows so far
///
/// Shaping is a gradient step with a projection onto the tables that have such codes: what one row is off is pushed into
/// directions that its neighbors cancel. As no eigenvalue of P is larger than 1, steps below 2 approach the target. Sources:
/// books as a least-squares problem after Babenko and Lempitsky, "Additive quantization", CVPR 2014, section 3.3, here through P;
/// CGLS as in least_squares.hpp; shaping is ours, a projected gradient (Landweber iteration).

#include "support/model/code_matrix.hpp"
#include "support/model/kept_propagation.hpp"

#include <pleach/quantize/product_codes.hpp>
#include <pleach/quantize/residual_codes.hpp>

namespace support {

template <class Combiner>
struct solved_books {
    coded_table<Combiner> table;
    double error = 0;  ///< || P S A C - P T ||^2 / || P T ||^2
};

namespace detail {

inline constexpr double shaping_step = 1.5;

/// *Throws* std::invalid_argument, which begins with the verb, as check_kept, and unless the table of codewords has a row for
/// each kept row, of the width of the trained ones, and finite books.
void check_books(const char* verb, pleach::matrix_view<const float> trained, std::span<const std::uint32_t> kept,
                 std::size_t rows, pleach::matrix_view<const float> books, std::size_t dim);

template <class Combiner>
void check_coded(const char* verb, const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                 std::span<const std::uint32_t> kept, const coded_table<Combiner>& table) {
    check_kept(verb, graph, trained, kept);
    check_books(verb, trained, kept, table.size(), table.base().rows(), table.dim());
}

/// One sweep over codes and books, from where they are.
template <pleach::executor Executor>
[[nodiscard]] coded_table<pleach::sum> refit_codes(const coded_table<pleach::sum>& table, pleach::matrix_view<const float> rows,
                                                   const Executor& exec) {
    return pleach::refit_residual_codes(table, rows, {}, {}, exec);
}
template <pleach::executor Executor>
[[nodiscard]] coded_table<pleach::concat> refit_codes(const coded_table<pleach::concat>& table,
                                                      pleach::matrix_view<const float> rows, const Executor& exec) {
    return pleach::refit_product_codes(table, rows, {}, 1, exec);
}

}  // namespace detail

/// The table with books so that its rows, at the kept places of a model with this graph and number of layers, propagate as
/// closely as possible to what all rows of `trained` do. The bits do not depend on the executor. *Throws* std::invalid_argument
/// unless the table has a finite row for each kept row, as wide as those of `trained`, and as solve_rows. *Complexity:* 2
/// (steps + 2) propagations, five matrices of all rows.
template <class Combiner, pleach::executor Executor>
[[nodiscard]] solved_books<Combiner> solve_books(const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                                                 std::size_t layers, std::span<const std::uint32_t> kept,
                                                 const coded_table<Combiner>& table, std::size_t steps, const Executor& exec) {
    detail::check_coded("solve_books", graph, trained, kept, table);
    kept_propagation<Executor> over(graph, trained, layers, kept, exec);
    const code_matrix<Combiner> codes(table);
    pleach::matrix<float> books = codes.books(), rows(kept.size(), trained.cols());
    codes.times(books, rows, exec);
    pleach::matrix<float> left = over.left_of(rows);
    const auto times = [&](const auto& x, auto& out) {
        codes.times(x, rows, exec);
        over.spread(rows, out);
    };
    const auto transposed = [&](const auto& r, auto& out) {
        over.gather(r, rows);
        codes.transposed(rows, out, exec);
    };
    solve_least_squares(books, left, steps, times, transposed, exec);
    return {codes.with_books(books), over.error_of(left)};
}

/// The table after `rounds` rounds of shaping, which bring what its rows propagate to nearer to what all rows of `trained` do,
/// at the places and with the errors of solve_books. *Complexity:* per round 2 propagations and one sweep of quantize/.
template <class Combiner, pleach::executor Executor>
[[nodiscard]] solved_books<Combiner> shape_codes(const bipartite_graph& graph, pleach::matrix_view<const float> trained,
                                                 std::size_t layers, std::span<const std::uint32_t> kept,
                                                 coded_table<Combiner> table, std::size_t rounds, const Executor& exec) {
    detail::check_coded("shape_codes", graph, trained, kept, table);
    kept_propagation<Executor> over(graph, trained, layers, kept, exec);
    pleach::matrix<float> rows(kept.size(), trained.cols()), step(kept.size(), trained.cols());
    const auto left = [&] {
        const code_matrix<Combiner> codes(table);
        codes.times(codes.books(), rows, exec);
        return over.left_of(rows);
    };
    for (std::size_t round = 0; round < rounds; ++round) {
        over.gather(left(), step);
        column_algebra<Executor>(exec).add(detail::shaping_step, step, rows);
        table = detail::refit_codes(table, std::as_const(rows).view(), exec);
    }
    const double error = over.error_of(left());
    return {std::move(table), error};
}

}  // namespace support
