// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fully connected layers with rectified outputs, y = max(0, W x + b), whose weights and biases lie one layer after the other in
/// arrays of the caller.

#include <pleach/core/random_stream.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace support {

using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using row_map = Eigen::Map<row_matrix>;
using const_row_map = Eigen::Map<const row_matrix>;

[[nodiscard]] inline Eigen::Index index_of(std::size_t n) noexcept { return static_cast<Eigen::Index>(n); }

class dense_layers {
public:
    dense_layers() = default;
    /// From `inputs` columns through layers of these widths.
    dense_layers(std::size_t inputs, std::vector<std::size_t> widths) : widths_(std::move(widths)) {
        widths_.insert(widths_.begin(), inputs);
    }

    [[nodiscard]] std::size_t layers() const noexcept { return widths_.size() - 1; }
    [[nodiscard]] std::size_t inputs() const noexcept { return widths_.front(); }
    [[nodiscard]] std::size_t outputs() const noexcept { return widths_.back(); }
    [[nodiscard]] std::size_t weights() const noexcept {
        std::size_t sum = 0;
        for (std::size_t l = 0; l < layers(); ++l) sum += widths_[l] * widths_[l + 1];
        return sum;
    }
    [[nodiscard]] std::size_t biases() const noexcept {
        std::size_t sum = 0;
        for (std::size_t l = 0; l < layers(); ++l) sum += widths_[l + 1];
        return sum;
    }

    /// Normal weights of variance 2 / inputs (He et al., ICCV 2015); biases are to start at 0.
    void begin(std::span<float> weights, pleach::random_stream stream) const {
        for (std::size_t l = 0, at = 0; l < layers(); ++l) {
            const double deviation = std::sqrt(2 / static_cast<double>(widths_[l]));
            for (std::size_t i = 0; i < widths_[l] * widths_[l + 1]; ++i, ++at)
                weights[at] = static_cast<float>(deviation * stream.normal(l, i));
        }
    }

    /// outputs[0] is the input, examples x inputs; fills outputs[l] for each layer l from 1.
    void run(const float* weights, const float* biases, std::vector<row_matrix>& outputs) const {
        outputs.resize(widths_.size());
        for (std::size_t l = 0; l < layers(); ++l) {
            const Eigen::Index in = index_of(widths_[l]), out = index_of(widths_[l + 1]);
            outputs[l + 1].noalias() = outputs[l] * const_row_map(weights, out, in).transpose();
            outputs[l + 1].rowwise() += Eigen::Map<const Eigen::RowVectorXf>(biases, out);
            outputs[l + 1] = outputs[l + 1].cwiseMax(0.0F);
            weights += in * out;
            biases += out;
        }
    }

    /// Adds the gradients of weights and biases, and makes `gradient`, that of the outputs, into that of the input.
    void pull_back(const float* weights, const std::vector<row_matrix>& outputs, row_matrix& gradient, float* of_weights,
                   float* of_biases) const {
        weights += this->weights();
        of_weights += this->weights();
        of_biases += biases();
        for (std::size_t l = layers(); l-- > 0;) {
            const Eigen::Index in = index_of(widths_[l]), out = index_of(widths_[l + 1]);
            weights -= in * out;
            of_weights -= in * out;
            of_biases -= out;
            gradient = (outputs[l + 1].array() > 0).select(gradient, 0.0F);
            row_map(of_weights, out, in).noalias() += gradient.transpose() * outputs[l];
            Eigen::Map<Eigen::RowVectorXf>(of_biases, out) += gradient.colwise().sum();
            gradient = gradient * const_row_map(weights, out, in);
        }
    }

private:
    std::vector<std::size_t> widths_{0};  // of the input, then of each layer
};

}  // namespace support
