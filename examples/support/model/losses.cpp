// SPDX-License-Identifier: Apache-2.0

#include "support/model/losses.hpp"

#include <pleach/kernel/add_scaled.hpp>
#include <pleach/kernel/dot.hpp>

#include <Eigen/Core>

#include <cmath>
#include <limits>

namespace support {

namespace {

using rows_map = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using pleach::matrix;
using pleach::matrix_view;

// log(1 + e^x) without overflow.
double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

double sigmoid(double x) { return x > 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

Eigen::Map<rows_map> map(matrix<float>& m) {
    return {m.data(), static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.cols())};
}

// Rows selected by number, divided by their norms for cosine similarity.
struct picked_rows {
    matrix<float> values;
    std::vector<float> inverse_norms;

    picked_rows(matrix_view<const float> rows, std::span<const std::uint32_t> which, similarity kind)
        : values(which.size(), rows.cols()), inverse_norms(which.size(), 1.0F) {
        for (std::size_t i = 0; i < which.size(); ++i) {
            const auto row = rows.row(which[i]);
            if (kind == similarity::cosine) {
                const float norm = std::sqrt(pleach::dot(row.data(), row.data(), row.size()));
                inverse_norms[i] = norm > 0 ? 1 / norm : 0;
            }
            for (std::size_t c = 0; c < row.size(); ++c) values.row(i)[c] = inverse_norms[i] * row[c];
        }
    }

    // Adds to out the gradient of row i before the division: (g - (g . e) e) / norm.
    void pull_back(std::size_t i, std::span<const float> g, std::span<float> out, similarity kind) const {
        const auto e = values.row(i);
        const float along = kind == similarity::cosine ? pleach::dot(g.data(), e.data(), e.size()) : 0;
        for (std::size_t c = 0; c < e.size(); ++c) out[c] += inverse_norms[i] * (g[c] - along * e[c]);
    }
};

// Losses in which all samples of a batch share the same items: similarities are one matrix product, and each row of it is
// replaced by its gradient in place. `row_gradient(sample, row of similarities)` does that and returns the sample's loss.
template <class RowGradient>
double over_shared_columns(const training_batch& batch, std::span<const std::uint32_t> columns, similarity kind,
                           matrix_view<const float> rows, matrix_view<float> gradient, const pleach::openmp& exec,
                           RowGradient&& row_gradient) {
    constexpr std::size_t parts = 8;  // fixed, so that sums do not depend on the number of threads
    constexpr std::size_t samples_per_tile = 64;
    const std::size_t samples = batch.samples(), dim = rows.cols();
    picked_rows users(rows, batch.users, kind), items(rows, columns, kind);
    matrix<float> user_gradient(samples, dim);
    std::vector<matrix<float>> item_gradients(parts);
    std::vector<double> losses(parts, 0);
    const std::size_t samples_per_part = (samples + parts - 1) / parts;
    exec(parts, [&](std::size_t part) {
        matrix<float>& partial = item_gradients[part] = matrix<float>(columns.size(), dim);
        rows_map scores;
        const std::size_t end = std::min(samples, (part + 1) * samples_per_part);
        for (std::size_t first = part * samples_per_part; first < end; first += samples_per_tile) {
            const auto at = static_cast<Eigen::Index>(first);
            const auto count = static_cast<Eigen::Index>(std::min(samples_per_tile, end - first));
            const auto tile = map(users.values).middleRows(at, count);
            scores.noalias() = tile * map(items.values).transpose();
            for (Eigen::Index r = 0; r < count; ++r)
                losses[part] +=
                    row_gradient(first + static_cast<std::size_t>(r), std::span(scores.row(r).data(), columns.size()));
            map(user_gradient).middleRows(at, count).noalias() = scores * map(items.values);
            map(partial).noalias() += scores.transpose() * tile;
        }
    });
    constexpr std::size_t columns_per_task = 256;
    pleach::for_each_chunk(exec, columns.size(), columns_per_task, [&](std::size_t first, std::size_t last) {
        for (std::size_t j = first; j < last; ++j) {
            for (std::size_t part = 1; part < parts; ++part)
                pleach::add_row(item_gradients[part].row(j).data(), item_gradients[0].row(j).data(), dim);
            items.pull_back(j, item_gradients[0].row(j), gradient.row(columns[j]), kind);
        }
    });
    double loss = 0;
    for (const double part : losses) loss += part;
    for (std::size_t s = 0; s < samples; ++s) users.pull_back(s, user_gradient.row(s), gradient.row(batch.users[s]), kind);
    return loss / static_cast<double>(samples);
}

// The distinct local rows of the batch's items, and for each local row its column.
struct item_columns {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> column_of_row;

    explicit item_columns(const training_batch& batch) : column_of_row(batch.nodes.size(), ~std::uint32_t{0}) {
        for (const auto* part : {&batch.positives, &batch.negatives})
            for (const std::uint32_t row : *part)
                if (column_of_row[row] == ~std::uint32_t{0}) {
                    column_of_row[row] = static_cast<std::uint32_t>(rows.size());
                    rows.push_back(row);
                }
    }
};

std::span<const std::uint32_t> known_of(const training_batch& batch, std::size_t sample) {
    if (batch.known_offsets.empty()) return {};
    return std::span(batch.known)
        .subspan(batch.known_offsets[sample], batch.known_offsets[sample + 1] - batch.known_offsets[sample]);
}

}  // namespace

double bpr(const training_batch& batch, matrix_view<const float> rows, matrix_view<float> gradient,
           const pleach::openmp& exec) {
    const std::size_t samples = batch.samples(), dim = rows.cols();
    const std::size_t negatives = batch.negatives.size() / samples;
    const float share = 1.0F / static_cast<float>(samples * negatives);
    std::vector<float> weights(batch.negatives.size());
    std::vector<double> losses(samples, 0);
    pleach::for_each_chunk(exec, samples, std::size_t{256}, [&](std::size_t first, std::size_t last) {
        for (std::size_t s = first; s < last; ++s) {
            const float* user = rows.row(batch.users[s]).data();
            const float positive = pleach::dot(user, rows.row(batch.positives[s]).data(), dim);
            for (std::size_t j = s * negatives; j < (s + 1) * negatives; ++j) {
                const double x = pleach::dot(user, rows.row(batch.negatives[j]).data(), dim) - positive;
                losses[s] += softplus(x) / static_cast<double>(negatives);
                weights[j] = share * static_cast<float>(sigmoid(x));
            }
        }
    });
    double loss = 0;
    for (std::size_t s = 0; s < samples; ++s) {
        loss += losses[s];
        const auto user = rows.row(batch.users[s]);
        const auto positive = rows.row(batch.positives[s]);
        float* user_gradient = gradient.row(batch.users[s]).data();
        float total = 0;
        for (std::size_t j = s * negatives; j < (s + 1) * negatives; ++j) {
            total += weights[j];
            pleach::add_scaled(weights[j], rows.row(batch.negatives[j]).data(), user_gradient, dim);
            pleach::add_scaled(weights[j], user.data(), gradient.row(batch.negatives[j]).data(), dim);
        }
        pleach::add_scaled(-total, positive.data(), user_gradient, dim);
        pleach::add_scaled(-total, user.data(), gradient.row(batch.positives[s]).data(), dim);
    }
    return loss / static_cast<double>(samples);
}

double softmax(const softmax_loss& loss, const training_batch& batch, std::span<const float> inclusion,
               matrix_view<const float> rows, matrix_view<float> gradient, const pleach::openmp& exec) {
    const item_columns columns(batch);
    const auto scale = static_cast<float>(1 / loss.temperature);
    const auto share = static_cast<float>(1 / (loss.temperature * static_cast<double>(batch.samples())));
    Eigen::ArrayXf bias(static_cast<Eigen::Index>(columns.rows.size()));
    for (std::size_t j = 0; j < columns.rows.size(); ++j)
        bias[static_cast<Eigen::Index>(j)] =
            -static_cast<float>(loss.correction * std::log(static_cast<double>(inclusion[columns.rows[j]])));
    return over_shared_columns(
        batch, columns.rows, loss.kind, rows, gradient, exec, [&](std::size_t sample, std::span<float> similarities) {
            Eigen::Map<Eigen::ArrayXf> row(similarities.data(), bias.size());
            const auto positive = static_cast<Eigen::Index>(columns.column_of_row[batch.positives[sample]]);
            row = scale * row + bias;
            row[positive] -= bias[positive];  // the positive is always in the batch
            const float positive_logit = row[positive];
            for (const std::uint32_t known : known_of(batch, sample))
                if (known != batch.positives[sample])
                    row[static_cast<Eigen::Index>(columns.column_of_row[known])] = -std::numeric_limits<float>::infinity();
            const float largest = row.maxCoeff();
            row = (row - largest).exp();
            const float sum = row.sum();
            row *= share / sum;
            row[positive] -= share;
            return static_cast<double>(largest - positive_logit) + std::log(static_cast<double>(sum));
        });
}

double ccl(const ccl_loss& loss, const training_batch& batch, matrix_view<const float> rows, matrix_view<float> gradient,
           const pleach::openmp& exec) {
    const item_columns columns(batch);
    const float share = 1.0F / static_cast<float>(batch.samples());
    const double each = loss.negative_weight / static_cast<double>(batch.negatives.size());
    Eigen::ArrayXf drawn =
        Eigen::ArrayXf::Zero(static_cast<Eigen::Index>(columns.rows.size()));  // number of draws, times weight
    for (const std::uint32_t row : batch.negatives)
        drawn[static_cast<Eigen::Index>(columns.column_of_row[row])] += static_cast<float>(each);
    const auto margin = static_cast<float>(loss.margin);
    return over_shared_columns(
        batch, columns.rows, similarity::cosine, rows, gradient, exec, [&](std::size_t sample, std::span<float> cosines) {
            Eigen::Map<Eigen::ArrayXf> row(cosines.data(), drawn.size());
            const auto positive = static_cast<Eigen::Index>(columns.column_of_row[batch.positives[sample]]);
            const float positive_cosine = row[positive];
            row[positive] = -1;  // the positive is no negative of its own
            const double hinge = (drawn * (row - margin).max(0.0F)).sum();
            row = share * drawn * (row > margin).cast<float>();
            row[positive] = -share;
            return 1 - static_cast<double>(positive_cosine) + hinge;
        });
}

}  // namespace support
