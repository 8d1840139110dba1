// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/click_model.hpp"

#include "support/ctr/click_metrics.hpp"

#include <pleach/kernel/add_scaled.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace support {
namespace {

constexpr std::size_t examples_per_piece = 64, ids_per_piece = 256;

Eigen::Map<const Eigen::RowVectorXf> vector_of(std::span<const float> values) {
    return {values.data(), index_of(values.size())};
}

}  // namespace

struct click_model::piece {
    std::size_t first = 0, last = 0;  // of the examples of the batch
    row_matrix logits;                // examples x tasks; then their gradient
    row_matrix fields;                // examples x (fields x dim), and z of dlrm behind them
    row_matrix sums, pooled;          // examples x dim: sum of x v, and p
    std::vector<row_matrix> bottom, top;
    row_matrix kept;  // by which the last outputs are multiplied; empty: by 1
    // Not std::vector: Eigen sums in an order that depends on where arrays begin within a cache line, and its own begin one.
    Eigen::RowVectorXf weights, offsets;
    row_matrix of_fields;
    double loss = 0;

    [[nodiscard]] Eigen::Index size() const noexcept { return index_of(last - first); }
};

click_model::click_model(click_shape shape) : shape_(std::move(shape)) {
    const std::size_t flat = shape_.fields * shape_.dim;
    if (shape_.kind == click_model_kind::deepfm) top_ = dense_layers(flat + shape_.numbers, shape_.hidden);
    if (shape_.kind != click_model_kind::dlrm) return;
    std::size_t rows = shape_.fields, inputs = 0;
    if (has_bottom()) {
        std::vector<std::size_t> widths = shape_.bottom;
        widths.push_back(shape_.dim);
        bottom_ = dense_layers(shape_.numbers, widths);
        ++rows;
        inputs = shape_.dim;
    }
    top_ = dense_layers(inputs + rows * (rows - 1) / 2, shape_.hidden);
}

void click_model::begin(std::span<float> weights, std::span<float> offsets, std::span<const double> shares,
                        pleach::random_stream stream) const {
    bottom_.begin(weights, stream.fork("bottom"));
    top_.begin(weights.subspan(bottom_.weights()), stream.fork("top"));
    const double deviation = 1 / std::sqrt(static_cast<double>(std::max<std::size_t>(1, top_.outputs())));
    const std::span<float> head = weights.last(heads());
    for (std::size_t i = 0; i < head.size(); ++i) head[i] = static_cast<float>(deviation * stream.fork("head").normal(i));
    std::ranges::fill(offsets, 0.0F);
    std::ranges::fill(offsets.subspan(bottom_.biases() + top_.biases(), crosses()), 1.0F);
    for (std::size_t t = 0; t < shape_.tasks; ++t)
        offsets.last(shape_.tasks)[t] = static_cast<float>(std::log(shares[t] / (1 - shares[t])));
}

void click_model::read_fields(const click_batch& batch, const click_values<const float>& at, piece& part) const {
    const std::size_t dim = shape_.dim, rows = shape_.fields + (has_bottom() ? 1 : 0);
    part.fields.setZero(part.size(), is_deep() ? index_of(rows * dim) : 0);
    part.sums.setZero(part.size(), index_of(dim));
    part.pooled.setZero(part.size(), index_of(dim));
    for (std::size_t i = part.first; i < part.last; ++i) {
        const Eigen::Index e = index_of(i - part.first);
        auto sums = part.sums.row(e), squares = part.pooled.row(e);
        for (std::size_t j = batch.offsets[i]; j < batch.offsets[i + 1]; ++j) {
            const float x = batch.weights[j];
            const auto row = vector_of(at.rows.row(batch.slots[j]));
            part.logits.row(e) += x * vector_of(at.linear.row(batch.slots[j]));
            if (has_pairs()) {
                sums += x * row;
                squares += (x * row).cwiseAbs2();
            }
            if (is_deep()) part.fields.row(e).segment(index_of(batch.fields[j] * dim), index_of(dim)) += x * row;
        }
        if (has_pairs()) squares = 0.5F * (sums.cwiseAbs2() - squares);
    }
}

// The input of the MLP of dlrm: z, then the dot products of all pairs.
void click_model::cross_fields(piece& part) const {
    const Eigen::Index dim = index_of(shape_.dim), rows = index_of(shape_.fields) + (has_bottom() ? 1 : 0);
    row_matrix& input = part.top[0];
    input.resize(part.size(), index_of(top_.inputs()));
    for (Eigen::Index e = 0; e < part.size(); ++e) {
        if (has_bottom()) part.fields.row(e).tail(dim) = part.bottom.back().row(e);
        const const_row_map v(part.fields.row(e).data(), rows, dim);
        const row_matrix products = v * v.transpose();
        Eigen::Index next = 0;
        if (has_bottom()) {
            input.row(e).head(dim) = part.bottom.back().row(e);
            next = dim;
        }
        for (Eigen::Index a = 1; a < rows; ++a)
            for (Eigen::Index b = 0; b < a; ++b) input(e, next++) = products(a, b);
    }
}

void click_model::pull_back_cross(piece& part, const row_matrix& of_input) const {
    const Eigen::Index dim = index_of(shape_.dim), rows = index_of(shape_.fields) + (has_bottom() ? 1 : 0);
    row_matrix of_products(rows, rows);
    for (Eigen::Index e = 0; e < part.size(); ++e) {
        Eigen::Index next = has_bottom() ? dim : 0;
        of_products.diagonal().setZero();
        for (Eigen::Index a = 1; a < rows; ++a)
            for (Eigen::Index b = 0; b < a; ++b) of_products(a, b) = of_products(b, a) = of_input(e, next++);
        const const_row_map v(part.fields.row(e).data(), rows, dim);
        row_map(part.of_fields.row(e).data(), rows, dim).noalias() = of_products * v;
        if (has_bottom()) part.of_fields.row(e).tail(dim) += of_input.row(e).head(dim);
    }
}

void click_model::run(const click_batch& batch, const click_values<const float>& at, piece& part) const {
    const Eigen::Index n = part.size(), tasks = index_of(shape_.tasks), dim = index_of(shape_.dim);
    const std::size_t layer_biases = bottom_.biases() + top_.biases();
    part.logits = vector_of(at.offsets.last(shape_.tasks)).replicate(n, 1);
    read_fields(batch, at, part);
    if (has_pairs() && crosses() == 0) part.logits.col(0) += part.pooled.rowwise().sum();
    if (crosses() > 0) part.logits += part.pooled * const_row_map(at.offsets.data() + layer_biases, tasks, dim).transpose();
    if (!is_deep()) return;
    const const_row_map numbers(batch.numbers.data() + part.first * shape_.numbers, n, index_of(shape_.numbers));
    part.top.resize(top_.layers() + 1);
    if (shape_.kind == click_model_kind::deepfm) {
        part.top[0].resize(n, index_of(top_.inputs()));
        part.top[0] << part.fields, numbers;
    } else {
        if (has_bottom()) {
            part.bottom.resize(bottom_.layers() + 1);
            part.bottom[0] = numbers;
            bottom_.run(at.weights.data(), at.offsets.data(), part.bottom);
        }
        cross_fields(part);
    }
    top_.run(at.weights.data() + bottom_.weights(), at.offsets.data() + bottom_.biases(), part.top);
    const const_row_map head(at.weights.last(heads()).data(), tasks, index_of(top_.outputs()));
    if (part.kept.size() > 0)
        part.logits += part.top.back().cwiseProduct(part.kept) * head.transpose();
    else
        part.logits += part.top.back() * head.transpose();
}

void click_model::pull_back_piece(const click_values<const float>& at, piece& part) const {
    const Eigen::Index tasks = index_of(shape_.tasks), dim = index_of(shape_.dim);
    const std::size_t layer_biases = bottom_.biases() + top_.biases();
    const row_matrix& of_logits = part.logits;
    part.weights.setZero(index_of(weights()));
    part.offsets.setZero(index_of(offsets()));
    Eigen::Map<Eigen::RowVectorXf>(part.offsets.data() + offsets() - shape_.tasks, tasks) = of_logits.colwise().sum();
    // In place of p from here on: its gradient.
    const row_matrix pooled = part.pooled;
    if (has_pairs() && crosses() == 0) part.pooled = of_logits.col(0).replicate(1, dim);
    if (crosses() > 0) {
        part.pooled = of_logits * const_row_map(at.offsets.data() + layer_biases, tasks, dim);
        row_map(part.offsets.data() + layer_biases, tasks, dim) = of_logits.transpose() * pooled;
    }
    if (!is_deep()) return;
    const Eigen::Index outputs = index_of(top_.outputs());
    const const_row_map head(at.weights.last(heads()).data(), tasks, outputs);
    row_map of_head(part.weights.data() + weights() - heads(), tasks, outputs);
    row_matrix gradient = of_logits * head;
    if (part.kept.size() > 0) {
        of_head = of_logits.transpose() * part.top.back().cwiseProduct(part.kept);
        gradient = gradient.cwiseProduct(part.kept);
    } else {
        of_head = of_logits.transpose() * part.top.back();
    }
    top_.pull_back(at.weights.data() + bottom_.weights(), part.top, gradient, part.weights.data() + bottom_.weights(),
                   part.offsets.data() + bottom_.biases());
    if (shape_.kind == click_model_kind::deepfm) {
        part.of_fields = gradient.leftCols(index_of(shape_.fields * shape_.dim));
        return;
    }
    part.of_fields.resize(part.fields.rows(), part.fields.cols());
    pull_back_cross(part, gradient);
    if (!has_bottom()) return;
    row_matrix of_bottom = part.of_fields.rightCols(dim);
    bottom_.pull_back(at.weights.data(), part.bottom, of_bottom, part.weights.data(), part.offsets.data());
}

void click_model::logits(const click_batch& batch, const click_values<const float>& at, pleach::matrix_view<float> out,
                         const pleach::openmp& exec) {
    pleach::for_each_chunk(exec, batch.size(), examples_per_piece, [&](std::size_t first, std::size_t last) {
        piece part;
        part.first = first;
        part.last = last;
        run(batch, at, part);
        for (std::size_t i = first; i < last; ++i)
            for (std::size_t t = 0; t < shape_.tasks; ++t) out.row(i)[t] = part.logits(index_of(i - first), index_of(t));
    });
}

double click_model::pull_back(const click_batch& batch, const click_values<const float>& at,
                              const click_values<float>& gradient, std::optional<std::size_t> task, pleach::random_stream drops,
                              const pleach::openmp& exec) {
    const std::size_t n = batch.size(), tasks = shape_.tasks, dim = shape_.dim;
    if (of_values_.rows() < batch.slots.size()) of_values_ = pleach::matrix<float>(batch.slots.size() * 5 / 4, dim);
    of_logits_.resize(n * tasks);
    const float scale = 1 / static_cast<float>(task ? n : n * tasks);
    std::vector<piece> pieces((n + examples_per_piece - 1) / examples_per_piece);
    exec(pieces.size(), [&](std::size_t p) {
        piece& part = pieces[p];
        part.first = p * examples_per_piece;
        part.last = std::min(n, part.first + examples_per_piece);
        if (is_deep() && shape_.dropout > 0) {
            const auto kept = static_cast<float>(1 / (1 - shape_.dropout));
            part.kept.resize(part.size(), index_of(top_.outputs()));
            for (std::size_t i = part.first; i < part.last; ++i)
                for (std::size_t c = 0; c < top_.outputs(); ++c)
                    part.kept(index_of(i - part.first), index_of(c)) = drops.uniform(i, c) < shape_.dropout ? 0.0F : kept;
        }
        run(batch, at, part);
        for (std::size_t i = part.first; i < part.last; ++i)
            for (std::size_t t = 0; t < tasks; ++t) {
                float& z = part.logits(index_of(i - part.first), index_of(t));
                const float label = batch.labels[i * tasks + t];
                const bool counts = !task || *task == t;
                if (counts) part.loss += softplus(label == 1 ? -double{z} : double{z}) * double{scale};
                z = counts ? scale * (1 / (1 + std::exp(-z)) - label) : 0.0F;
                of_logits_[i * tasks + t] = z;
            }
        pull_back_piece(at, part);
        for (std::size_t i = part.first; i < part.last; ++i) {
            const Eigen::Index e = index_of(i - part.first);
            for (std::size_t j = batch.offsets[i]; j < batch.offsets[i + 1]; ++j) {
                const float x = batch.weights[j];
                Eigen::Map<Eigen::RowVectorXf> into(of_values_.row(j).data(), index_of(dim));
                into.setZero();
                if (has_pairs())
                    into += x * part.pooled.row(e).cwiseProduct(part.sums.row(e) - x * vector_of(at.rows.row(batch.slots[j])));
                if (is_deep()) into += x * part.of_fields.row(e).segment(index_of(batch.fields[j] * dim), index_of(dim));
            }
        }
    });
    // Sums over pieces and over the values of each id, in their order.
    double loss = 0;
    std::ranges::fill(gradient.weights, 0.0F);
    std::ranges::fill(gradient.offsets, 0.0F);
    for (const piece& part : pieces) {
        loss += part.loss;
        pleach::add_scaled(1.0F, part.weights.data(), gradient.weights.data(), weights());
        pleach::add_scaled(1.0F, part.offsets.data(), gradient.offsets.data(), offsets());
    }
    starts_.assign(batch.counts.begin(), batch.counts.end());
    std::inclusive_scan(starts_.begin(), starts_.end(), starts_.begin());
    values_of_.resize(batch.slots.size());
    for (std::size_t j = batch.slots.size(); j-- > 0;) values_of_[--starts_[batch.slots[j]]] = static_cast<std::uint32_t>(j);
    starts_.push_back(batch.slots.size());
    pleach::for_each_chunk(exec, batch.ids.size(), ids_per_piece, [&](std::size_t first, std::size_t last) {
        for (std::size_t s = first; s < last; ++s) {
            const std::span<float> row = gradient.rows.row(s), linear = gradient.linear.row(s);
            std::ranges::fill(row, 0.0F);
            std::ranges::fill(linear, 0.0F);
            for (std::size_t at_value = starts_[s]; at_value < starts_[s + 1]; ++at_value) {
                const std::uint32_t j = values_of_[at_value];
                pleach::add_scaled(1.0F, of_values_.row(j).data(), row.data(), dim);
                pleach::add_scaled(batch.weights[j], of_logits_.data() + batch.example_of[j] * tasks, linear.data(), tasks);
            }
        }
    });
    return loss;
}

}  // namespace support
