// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Distances of many vectors to the codewords of one book, with the kernels of exact ranking: |x - c|^2 = |x|^2 - 2 (x . c -
/// |c|^2 / 2).

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/score_block.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// Vectors per task.
inline constexpr std::size_t vectors_per_task = 16 * group_queries<default_arch, float>;

class codebook_panels {
public:
    static constexpr std::size_t width = panel_rows<default_arch, float>;
    static constexpr std::size_t height = group_queries<default_arch, float>;

    explicit codebook_panels(matrix_view<const float> book)
        : codewords_(book.rows()), dim_(book.cols()), panels_((book.rows() + width - 1) / width, width * book.cols()),
          halves_(panels_.rows() * width, 0.0F) {
        for (std::size_t p = 0; p < panels_.rows(); ++p)
            pack_columns((std::min)(width, codewords_ - p * width), width, dim_,
                         [&](std::size_t j) { return book.row(p * width + j).data(); }, panels_.row(p).data());
        for (std::size_t j = 0; j < codewords_; ++j) {
            float square = 0;
            for (const float c : book.row(j)) square += c * c;
            halves_[j] = square / 2;
        }
    }

    [[nodiscard]] std::size_t codewords() const noexcept { return codewords_; }

    /// Calls use(i, row) for the vectors x_i = source(i), i < count: row[j] = x_i . c_j - |c_j|^2 / 2, which is largest for
    /// the nearest codeword.
    template <class Source, class Use>
    void for_each_vector(std::size_t count, Source&& source, Use&& use) const {
        std::vector<float> group(height * dim_);
        std::array<float, width * height> tile;
        matrix<float> rows(height, panels_.rows() * width);
        for (std::size_t first = 0; first < count; first += height) {
            const std::size_t here = (std::min)(height, count - first);
            pack_columns(here, height, dim_, [&](std::size_t q) { return source(first + q); }, group.data());
            for (std::size_t p = 0; p < panels_.rows(); ++p) {
                score_tile(group.data(), panels_.row(p).data(), dim_, tile.data());
                for (std::size_t q = 0; q < here; ++q)
                    for (std::size_t j = 0; j < width; ++j)
                        rows.row(q)[p * width + j] = tile[q * width + j] - halves_[p * width + j];
            }
            for (std::size_t q = 0; q < here; ++q) use(first + q, rows.row(q).first(codewords_));
        }
    }

private:
    std::size_t codewords_, dim_;
    matrix<float> panels_;
    std::vector<float> halves_;
};

[[nodiscard]] inline float squared_distance(std::span<const float> a, std::span<const float> b) noexcept {
    float square = 0;
    for (std::size_t c = 0; c < a.size(); ++c) square += (a[c] - b[c]) * (a[c] - b[c]);
    return square;
}

/// *Throws* std::invalid_argument unless the rows are finite, there are at least as many rows as codewords, and weights, if
/// any, are one per row, finite, not negative, and not all zero.
inline void check_rows_to_code(const char* verb, matrix_view<const float> rows, std::span<const float> weights,
                               std::size_t codewords) {
    const std::string name = std::string("pleach::") + verb;
    if (rows.cols() == 0) throw std::invalid_argument(name + ": rows have 0 columns, but need at least one");
    if (rows.rows() < codewords)
        throw std::invalid_argument(name + ": there are " + std::to_string(rows.rows()) + " rows for books of " +
                                    std::to_string(codewords) + " codewords; take fewer bits");
    for (std::size_t r = 0; r < rows.rows(); ++r)
        for (std::size_t c = 0; c < rows.cols(); ++c)
            if (!std::isfinite(rows.row(r)[c]))
                throw std::invalid_argument(name + ": row " + std::to_string(r) + ", column " + std::to_string(c) + " is " +
                                            std::to_string(rows.row(r)[c]) + ", but must be finite; check the training run");
    if (weights.empty()) return;
    if (weights.size() != rows.rows())
        throw std::invalid_argument(name + ": there are " + std::to_string(weights.size()) + " weights for " +
                                    std::to_string(rows.rows()) + " rows; give one for each, or none");
    double sum = 0;
    for (std::size_t r = 0; r < weights.size(); ++r) {
        if (!(weights[r] >= 0 && std::isfinite(weights[r])))
            throw std::invalid_argument(name + ": the weight of row " + std::to_string(r) + " is " +
                                        std::to_string(weights[r]) + ", but must be finite and at least 0");
        sum += static_cast<double>(weights[r]);
    }
    if (!(sum > 0)) throw std::invalid_argument(name + ": all weights are 0; give the rows that matter a weight");
}

/// *Throws* std::invalid_argument as check_rows_to_code, and unless the rows have the number and the width of the table's.
inline void check_rows_to_refit(const char* verb, matrix_view<const float> rows, std::span<const float> weights,
                                std::size_t size, std::size_t dim) {
    const auto shape = [](std::size_t of_rows, std::size_t of_columns) {
        return std::to_string(of_rows) + " rows of " + std::to_string(of_columns) + " columns";
    };
    if (rows.rows() != size || rows.cols() != dim)
        throw std::invalid_argument(std::string("pleach::") + verb + ": there are " + shape(rows.rows(), rows.cols()) +
                                    " for a table of " + shape(size, dim) + "; give the row that each entity should have");
    check_rows_to_code(verb, rows, weights, 0);
}

[[nodiscard]] inline double weight_of(std::span<const float> weights, std::size_t row) noexcept {
    return weights.empty() ? 1.0 : static_cast<double>(weights[row]);
}

/// Sets codewords[j] to the weighted mean of target(i) over the rows with ids[i] = j, summed in the order of rows; a codeword
/// of weight 0 is unchanged. Returns each codeword's weight. *Complexity:* rows * columns.
template <class Target, class Executor>
std::vector<double> set_to_means(matrix_view<float> codewords, std::span<const std::uint16_t> ids,
                                 std::span<const float> weights, Target&& target, const Executor& exec) {
    std::vector<std::size_t> begin(codewords.rows() + 1);
    for (const std::uint16_t id : ids) ++begin[id + std::size_t{1}];
    for (std::size_t j = 0; j < codewords.rows(); ++j) begin[j + 1] += begin[j];
    std::vector<std::size_t> members(ids.size()), next(begin.begin(), begin.end() - 1);
    for (std::size_t i = 0; i < ids.size(); ++i) members[next[ids[i]]++] = i;
    std::vector<double> total(codewords.rows());
    for_each_chunk(exec, codewords.rows(), std::size_t{8}, [&](std::size_t first, std::size_t last) {
        std::vector<double> sum(codewords.cols());
        for (std::size_t j = first; j < last; ++j) {
            std::ranges::fill(sum, 0.0);
            for (std::size_t m = begin[j]; m < begin[j + 1]; ++m) {
                const double weight = weight_of(weights, members[m]);
                const std::span<const float> row = target(members[m]);
                for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight * static_cast<double>(row[c]);
                total[j] += weight;
            }
            if (total[j] > 0)
                for (std::size_t c = 0; c < sum.size(); ++c) codewords.row(j)[c] = static_cast<float>(sum[c] / total[j]);
        }
    });
    return total;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
