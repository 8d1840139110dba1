// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows as sums of codewords, one from each of M books. Each book is fitted by k-means to the residuals of the books before
/// it. Sweeps then choose the codewords of every row again, by a beam search over the books, and set each book to the
/// least-squares solution given all others. Neither step raises the sum of squares. Sources: Chen et al., "Approximate
/// nearest neighbor search by residual vector quantization", Sensors 2010; Babenko and Lempitsky, "Additive quantization",
/// CVPR 2014 (section 3.2, beam search).

#include <pleach/compose/coded.hpp>
#include <pleach/quantize/k_means.hpp>
#include <pleach/table/dense_table.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

struct residual_options {
    std::size_t terms = 4;    ///< books: codewords per row
    std::size_t bits = 8;     ///< per code, 4 to 12
    std::size_t rounds = 12;  ///< of k-means, per book
    std::size_t beam = 4;     ///< partial sums that are kept per row from book to book
    std::size_t sweeps = 3;   ///< over all codes and books
};

namespace detail {

/// The beam of one row: partial sums of codewords, each with its residual, the residual's squared length, and the codewords.
struct beam_of_row {
    struct step {
        float error;
        std::size_t from;  // the partial sum that this one extends
        std::size_t id;
        friend auto operator<=>(const step&, const step&) = default;
    };
    std::vector<float> errors;
    matrix<float> left;
    matrix<std::uint16_t> ids;

    /// The best `width` extensions of all sums by one codeword. nearness.row(t)[j] is x . c_j - |c_j|^2 / 2 for the residual
    /// x of sum t.
    [[nodiscard]] static std::vector<step> best_steps(std::span<const float> errors, const matrix<float>& nearness,
                                                      std::size_t width) {
        std::vector<step> best;
        best.reserve(width + 1);
        for (std::size_t t = 0; t < errors.size(); ++t) {
            const std::span<const float> row = nearness.row(t);
            for (std::size_t j = 0; j < row.size(); ++j) {
                const float error = errors[t] - 2 * row[j];
                if (best.size() == width && !(error < best.back().error)) continue;
                const step next{error, t, j};
                best.insert(std::ranges::upper_bound(best, next), next);
                if (best.size() > width) best.pop_back();
            }
        }
        return best;
    }
    /// Extends the beam by one codeword of book k. `panels` is made from that book.
    void extend(const codebook_panels& panels, matrix_view<const float> book, std::size_t k, std::size_t width) {
        matrix<float> nearness(errors.size(), panels.codewords());
        panels.for_each_vector(
            errors.size(), [&](std::size_t t) { return left.row(t).data(); },
            [&](std::size_t t, std::span<const float> row) { copy_values(row, nearness.row(t)); });
        const std::vector<step> steps = best_steps(errors, nearness, width);
        matrix<float> next_left(steps.size(), left.cols());
        matrix<std::uint16_t> next_ids(steps.size(), ids.cols());
        errors.resize(steps.size());
        for (std::size_t t = 0; t < steps.size(); ++t) {
            const step& one = steps[t];
            for (std::size_t c = 0; c < left.cols(); ++c) next_left.row(t)[c] = left.row(one.from)[c] - book.row(one.id)[c];
            copy_values(ids.row(one.from), next_ids.row(t));
            next_ids.row(t)[k] = static_cast<std::uint16_t>(one.id);
            errors[t] = one.error;
        }
        left = std::move(next_left);
        ids = std::move(next_ids);
    }
};

/// Replaces the codes of every row by those of a beam search, if they are better.
template <class Executor>
void choose_codes(matrix_view<const float> rows, const matrix<float>& books, std::size_t terms, std::size_t beam,
                  matrix<std::uint16_t>& ids, matrix<float>& left, const Executor& exec) {
    const std::size_t codewords = books.rows() / terms;
    std::vector<codebook_panels> panels;
    const auto book = [&](std::size_t k) { return books.view().rows_from(k * codewords, codewords); };
    for (std::size_t k = 0; k < terms; ++k) panels.emplace_back(book(k));
    for_each_chunk(exec, rows.rows(), std::size_t{64}, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            beam_of_row sums{{0.0F},
                             matrix<float>(matrix_view<const float>(rows.row(i).data(), 1, rows.cols())),
                             matrix<std::uint16_t>(1, terms)};
            for (const float x : rows.row(i)) sums.errors[0] += x * x;
            for (std::size_t k = 0; k < terms; ++k) sums.extend(panels[k], book(k), k, k + 1 == terms ? 1 : beam);
            float before = 0, after = 0;
            for (std::size_t c = 0; c < rows.cols(); ++c) {
                before += left.row(i)[c] * left.row(i)[c];
                after += sums.left.row(0)[c] * sums.left.row(0)[c];
            }
            if (!(after < before)) continue;
            copy_values(sums.left.row(0), left.row(i));
            copy_values(sums.ids.row(0), ids.row(i));
        }
    });
}

/// left.row(i) -= sign * book.row(ids[i]).
template <class Executor>
void subtract_codewords(matrix_view<const float> book, std::span<const std::uint16_t> ids, float sign, matrix_view<float> left,
                        const Executor& exec) {
    for_each_chunk(exec, left.rows(), std::size_t{4096}, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
            for (std::size_t c = 0; c < left.cols(); ++c) left.row(i)[c] -= sign * book.row(ids[i])[c];
    });
}

}  // namespace detail

/// A table of such rows that approximately minimizes the sum of weights[i] |x_i - row i|^2; `weights` has one weight per row,
/// or is empty. For small tables the books may be larger than the rows: freeze the table to see. *Throws*
/// std::invalid_argument for 0 terms, a beam of 0, bits that are not 4 to 12, and as k_means(). *Complexity:* ((rounds + 2) +
/// sweeps * beam) * terms * rows * 2^bits * columns multiply-adds.
template <executor Executor = sequential>
[[nodiscard]] coded<sum, dense_table<float>> fit_residual_codes(matrix_view<const float> rows, std::span<const float> weights,
                                                                const residual_options& options, random_stream stream,
                                                                const Executor& exec = {}) {
    detail::check_code_shape("fit_residual_codes", options.terms, options.bits);
    if (options.beam == 0)
        throw std::invalid_argument("pleach::fit_residual_codes: the beam is 0, but must keep at least one sum");
    const std::size_t codewords = std::size_t{1} << options.bits, terms = options.terms;
    detail::check_rows_to_code("fit_residual_codes", rows, weights, codewords);
    matrix<float> books(terms * codewords, rows.cols()), left(rows);
    matrix<std::uint16_t> ids(rows.rows(), terms);
    std::vector<std::uint16_t> of_book(rows.rows());
    const auto book = [&](std::size_t k) { return books.view().rows_from(k * codewords, codewords); };
    for (std::size_t k = 0; k < terms; ++k) {
        const matrix<float> found =
            k_means(std::as_const(left).view(), weights, codewords, options.rounds, stream.fork(k), exec);
        detail::copy_values(found.elements(), std::span(book(k).data(), codewords * rows.cols()));
        find_nearest(std::as_const(left).view(), found.view(), of_book, exec);
        detail::subtract_codewords(found.view(), of_book, 1, left.view(), exec);
        for (std::size_t i = 0; i < of_book.size(); ++i) ids.row(i)[k] = of_book[i];
    }
    for (std::size_t sweep = 0; sweep < options.sweeps; ++sweep) {
        for (std::size_t k = 0; k < terms; ++k) {
            for (std::size_t i = 0; i < of_book.size(); ++i) of_book[i] = ids.row(i)[k];
            detail::subtract_codewords(book(k), of_book, -1, left.view(), exec);
            detail::set_to_means(book(k), of_book, weights, [&](std::size_t i) { return std::as_const(left).row(i); }, exec);
            detail::subtract_codewords(book(k), of_book, 1, left.view(), exec);
        }
        detail::choose_codes(rows, books, terms, options.beam, ids, left, exec);
    }
    return {dense_table<float>(std::as_const(books).view()), packed_codes<>(std::as_const(ids).view(), options.bits)};
}

}  // namespace PLEACH_ABI
}  // namespace pleach
