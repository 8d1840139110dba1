// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An assignment of codes to finer codes, from scores of every pair: the t most likely ones of each row's softmax, with their
/// probabilities as weights, not renormalized. Also the initial scores of C2F. Source: C2F-MetaEmbed, SCIS 2025 (arXiv
/// 2501.11870), following its code.

#include <pleach/assign/detail/largest.hpp>
#include <pleach/compose/assignment.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {

/// Keeps `terms` columns of each row of softmax(scores); ties go to the lower column. *Throws* std::invalid_argument if a score
/// is not finite, or terms is not from 1 to scores.cols().
template <std::floating_point T>
[[nodiscard]] assignment<T> softmax_assignment(matrix_view<const double> scores, std::size_t terms) {
    detail::check_terms(terms, scores.cols());
    matrix<std::uint32_t> ids(scores.rows(), terms);
    matrix<T> weights(scores.rows(), terms);
    for (std::size_t r = 0; r < scores.rows(); ++r) {
        const std::span<const double> row = scores.row(r);
        for (const double x : row)
            if (!(x - x == 0))
                throw std::invalid_argument("pleach::softmax_assignment: row " + std::to_string(r) + " of the scores has " +
                                            std::to_string(x) + ", but scores must be finite");
        detail::largest_entries(row, ids.row(r));
        const double top = row[ids.row(r)[0]];
        double total = 0;
        for (const double x : row) total += std::exp(x - top);
        for (std::size_t k = 0; k < terms; ++k) weights.row(r)[k] = static_cast<T>(std::exp(row[ids.row(r)[k]] - top) / total);
    }
    return assignment<T>(scores.cols(), std::move(ids), std::move(weights));
}

/// S1^T W, where row x of W gives entity x the weight `own` in its own part and spreads the rest evenly over the others: the
/// overlap of each coarse code with each fine one, if fine codes stand for parts of the entities. *Throws*
/// std::invalid_argument if a part is not below `parts`, there is not one part per entity, or own is not in [0, 1].
template <std::floating_point T>
[[nodiscard]] matrix<double> shared_part_scores(const assignment<T>& coarse, std::span<const std::uint32_t> part_of,
                                                std::size_t parts, double own) {
    if (part_of.size() != coarse.size() || parts == 0 || !(own >= 0 && own <= 1))
        throw std::invalid_argument("pleach::shared_part_scores: " + std::to_string(part_of.size()) + " entities in " +
                                    std::to_string(parts) + " parts, with the weight " + std::to_string(own) +
                                    " for their own, were given, but " + std::to_string(coarse.size()) +
                                    " entities, at least 1 part, and a weight from 0 to 1 are needed");
    const double other = parts == 1 ? 0 : (1 - own) / static_cast<double>(parts - 1);
    matrix<double> scores(coarse.codes(), parts);
    std::vector<double> shared(coarse.codes(), 0);
    for (std::size_t x = 0; x < coarse.size(); ++x) {
        if (part_of[x] >= parts)
            throw std::invalid_argument("pleach::shared_part_scores: entity " + std::to_string(x) + " is in part " +
                                        std::to_string(part_of[x]) + ", but there are " + std::to_string(parts));
        for (std::size_t k = 0; k < coarse.terms(); ++k) {
            const auto weight = static_cast<double>(coarse.weight(x, k));
            shared[coarse.id(x, k)] += weight * other;
            scores.row(coarse.id(x, k))[part_of[x]] += weight * (own - other);
        }
    }
    for (std::size_t j = 0; j < scores.rows(); ++j)
        for (double& score : scores.row(j)) score += shared[j];
    return scores;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
