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

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

struct residual_options {
    std::size_t terms = 4;    ///< books: codewords per row
    std::size_t bits = 8;     ///< per code, 4 to 12
    std::size_t rounds = 12;  ///< of k-means, per book
    std::size_t beam = 4;     ///< partial sums that are kept per row from book to book
    std::size_t sweeps = 3;   ///< over all codes and books
    /// Rows that k-means sees, at even distances; 0: all. Sweeps see all rows.
    std::size_t sample = std::size_t{1} << 18;
};

struct refit_options {
    std::size_t beam = 4;    ///< as above
    std::size_t sweeps = 1;  ///< over all codes and books
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
    /// Extends the beam by one codeword of book k.
    void extend(const matrix<float>& nearness, matrix_view<const float> book, std::size_t k, std::size_t width) {
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
        std::vector<beam_of_row> beams;
        for (std::size_t i = first; i < last; ++i) {
            beam_of_row& sums =
                beams.emplace_back(beam_of_row{{0.0F},
                                               matrix<float>(matrix_view<const float>(rows.row(i).data(), 1, rows.cols())),
                                               matrix<std::uint16_t>(1, terms)});
            for (const float x : rows.row(i)) sums.errors[0] += x * x;
        }
        // All sums of all rows at once, because products of a few vectors take as long as those of many.
        std::vector<std::pair<std::size_t, std::size_t>> sums_of_rows;
        std::vector<matrix<float>> nearness(beams.size());
        for (std::size_t k = 0; k < terms; ++k) {
            sums_of_rows.clear();
            for (std::size_t i = 0; i < beams.size(); ++i) {
                nearness[i] = matrix<float>(beams[i].errors.size(), codewords);
                for (std::size_t t = 0; t < beams[i].errors.size(); ++t) sums_of_rows.emplace_back(i, t);
            }
            panels[k].for_each_vector(
                sums_of_rows.size(),
                [&](std::size_t v) { return beams[sums_of_rows[v].first].left.row(sums_of_rows[v].second).data(); },
                [&](std::size_t v, std::span<const float> row) {
                    copy_values(row, nearness[sums_of_rows[v].first].row(sums_of_rows[v].second));
                });
            for (std::size_t i = 0; i < beams.size(); ++i) beams[i].extend(nearness[i], book(k), k, k + 1 == terms ? 1 : beam);
        }
        for (std::size_t i = first; i < last; ++i) {
            const beam_of_row& sums = beams[i - first];
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

/// Codes and books that are being fitted, with what is left of the rows.
struct residual_fit {
    std::size_t bits;
    matrix<float> books;  // stacked
    matrix<std::uint16_t> ids;
    matrix<float> left;

    residual_fit(matrix_view<const float> rows, std::size_t terms, std::size_t bits_of_code)
        : bits(bits_of_code), books(terms << bits_of_code, rows.cols()), ids(rows.rows(), terms), left(rows) {}

    [[nodiscard]] std::size_t terms() const noexcept { return ids.cols(); }
    [[nodiscard]] matrix_view<float> book(std::size_t k) { return books.view().rows_from(k << bits, std::size_t{1} << bits); }

    /// Sets each book to the least-squares solution given all others, then chooses the codes of every row again.
    template <class Executor>
    void sweep(matrix_view<const float> rows, std::span<const float> weights, std::size_t beam, const Executor& exec) {
        std::vector<std::uint16_t> of_book(rows.rows());
        for (std::size_t k = 0; k < terms(); ++k) {
            for (std::size_t i = 0; i < of_book.size(); ++i) of_book[i] = ids.row(i)[k];
            subtract_codewords(book(k), of_book, -1, left.view(), exec);
            set_to_means(book(k), of_book, weights, [&](std::size_t i) { return std::as_const(left).row(i); }, exec);
            subtract_codewords(book(k), of_book, 1, left.view(), exec);
        }
        choose_codes(rows, books, terms(), beam, ids, left, exec);
    }
    [[nodiscard]] coded<sum, dense_table<float>> table() const {
        return {dense_table<float>(books.view()), packed_codes<>(ids.view(), bits)};
    }
};

/// k-means over `sample` rows at even distances, or all if these are fewer, or those have no weight.
template <class Executor>
[[nodiscard]] matrix<float> sampled_k_means(matrix_view<const float> rows, std::span<const float> weights,
                                            std::size_t codewords, const residual_options& options, random_stream stream,
                                            const Executor& exec) {
    const std::size_t count = (std::max)(options.sample, codewords);
    if (options.sample == 0 || count >= rows.rows()) return k_means(rows, weights, codewords, options.rounds, stream, exec);
    matrix<float> some(count, rows.cols());
    std::vector<float> of_some(weights.empty() ? 0 : count);
    bool any = weights.empty();
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t row = i * rows.rows() / count;
        copy_values(rows.row(row), some.row(i));
        if (weights.empty()) continue;
        of_some[i] = weights[row];
        any |= weights[row] > 0;
    }
    if (!any) return k_means(rows, weights, codewords, options.rounds, stream, exec);
    return k_means(std::as_const(some).view(), of_some, codewords, options.rounds, stream, exec);
}

/// *Throws* std::invalid_argument if the beam is 0.
inline void check_beam(const char* verb, std::size_t beam) {
    if (beam == 0)
        throw std::invalid_argument(std::string("pleach::") + verb + ": the beam is 0, but must keep at least one sum");
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
    detail::check_beam("fit_residual_codes", options.beam);
    const std::size_t codewords = std::size_t{1} << options.bits;
    detail::check_rows_to_code("fit_residual_codes", rows, weights, codewords);
    detail::residual_fit fit(rows, options.terms, options.bits);
    std::vector<std::uint16_t> of_book(rows.rows());
    for (std::size_t k = 0; k < options.terms; ++k) {
        const matrix<float> found =
            detail::sampled_k_means(std::as_const(fit.left).view(), weights, codewords, options, stream.fork(k), exec);
        detail::copy_values(found.elements(), std::span(fit.book(k).data(), codewords * rows.cols()));
        find_nearest(std::as_const(fit.left).view(), found.view(), of_book, exec);
        detail::subtract_codewords(found.view(), of_book, 1, fit.left.view(), exec);
        for (std::size_t i = 0; i < of_book.size(); ++i) fit.ids.row(i)[k] = of_book[i];
    }
    for (std::size_t sweep = 0; sweep < options.sweeps; ++sweep) fit.sweep(rows, weights, options.beam, exec);
    return std::as_const(fit).table();
}

/// The table after further sweeps, toward rows that may differ from those it was fitted to: from its own codes and books
/// instead of new ones, so that it changes as little as the rows did. No sweep raises the sum of weights[i] |x_i - row i|^2.
/// *Throws* std::invalid_argument for a beam of 0, rows of another number or width than those of the table, and values and
/// weights as k_means(). *Complexity:* sweeps * beam * terms * rows * 2^bits * columns multiply-adds.
template <executor Executor = sequential>
[[nodiscard]] coded<sum, dense_table<float>> refit_residual_codes(const coded<sum, dense_table<float>>& table,
                                                                  matrix_view<const float> rows, std::span<const float> weights,
                                                                  const refit_options& options, const Executor& exec = {}) {
    detail::check_beam("refit_residual_codes", options.beam);
    detail::check_rows_to_refit("refit_residual_codes", rows, weights, table.size(), table.dim());
    const auto& codes = table.codes();
    detail::residual_fit fit(rows, codes.terms(), codes.bits());
    fit.books = matrix<float>(table.base().rows());
    std::vector<std::uint16_t> of_book(rows.rows());
    for (std::size_t k = 0; k < codes.terms(); ++k) {
        for (std::size_t i = 0; i < of_book.size(); ++i)
            fit.ids.row(i)[k] = of_book[i] = static_cast<std::uint16_t>(codes.id(i, k));
        detail::subtract_codewords(fit.book(k), of_book, 1, fit.left.view(), exec);
    }
    for (std::size_t sweep = 0; sweep < options.sweeps; ++sweep) fit.sweep(rows, weights, options.beam, exec);
    return std::as_const(fit).table();
}

}  // namespace PLEACH_ABI
}  // namespace pleach
