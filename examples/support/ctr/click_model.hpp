// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From the rows of an example's values to the logit of each task t:
///
///     z_t = b_t + sum over values of x w_t  +  <c_t, p>  +  <h_t, MLP(...)>
///
/// - fm, factorization machine (Rendle, ICDM 2010): p = ((sum of x v)^2 - sum of (x v)^2) / 2 by column, c = 1, no MLP;
/// - deepfm (Guo et al., IJCAI 2017): the same, and an MLP over the rows of all fields, side by side, and the numbers;
/// - dlrm (Naumov et al., 2019): no p; an MLP over the numbers ends in a row of its own, z, and the MLP of the logits is over z and
///   the dot products of all pairs of rows of fields and z.
///
/// x is the weight of a value, 1 but in libsvm's and libffm's files; a field with several values has the sum of their rows. With
/// several tasks, each has weights c_t of its own, which begin at 1, and w_t, b_t, h_t. Tables hold v and w; what is left is the
/// network, two arrays: weights (layers, then h) and offsets (biases of layers, then c if there are several tasks, then b).

#include "support/ctr/click_batch.hpp"
#include "support/ctr/dense_layers.hpp"
#include "support/options/kinds.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/interop/openmp.hpp>

#include <optional>

namespace support {

struct click_shape {
    click_model_kind kind = click_model_kind::fm;
    std::size_t fields = 0, numbers = 0, tasks = 1, dim = 0;
    std::vector<std::size_t> hidden, bottom;
    double dropout = 0;  ///< fraction of the outputs of hidden layers' last one set to 0 while training
};

/// The parameters as a model reads them, and gradients of the same shapes.
template <class T>
struct click_values {
    pleach::matrix_view<T> rows;    ///< of the batch's ids
    pleach::matrix_view<T> linear;  ///< of the batch's ids: one column for each task
    std::span<T> weights;           ///< of the network
    std::span<T> offsets;           ///< of the network
};

class click_model {
public:
    explicit click_model(click_shape shape);

    [[nodiscard]] const click_shape& shape() const noexcept { return shape_; }
    [[nodiscard]] std::size_t weights() const noexcept { return bottom_.weights() + top_.weights() + heads(); }
    [[nodiscard]] std::size_t offsets() const noexcept { return bottom_.biases() + top_.biases() + crosses() + shape_.tasks; }

    /// The first values of the network: those of dense_layers, h as in a layer, c = 1, and as b the logarithm of the odds of each
    /// task's labels.
    void begin(std::span<float> weights, std::span<float> offsets, std::span<const double> shares,
               pleach::random_stream stream) const;

    /// examples x tasks. The same bits for any number of threads.
    void logits(const click_batch& batch, const click_values<const float>& at, pleach::matrix_view<float> out,
                const pleach::openmp& exec);

    /// Overwrites `gradient` with that of the mean log loss over examples and tasks, or of one task alone, and returns the loss.
    /// `drops` draws what --dropout drops. The same bits for any number of threads.
    double pull_back(const click_batch& batch, const click_values<const float>& at, const click_values<float>& gradient,
                     std::optional<std::size_t> task, pleach::random_stream drops, const pleach::openmp& exec);

private:
    struct piece;  // the examples of one task of an executor

    [[nodiscard]] bool has_pairs() const noexcept { return shape_.kind != click_model_kind::dlrm; }
    [[nodiscard]] bool is_deep() const noexcept { return shape_.kind != click_model_kind::fm; }
    [[nodiscard]] bool has_bottom() const noexcept { return shape_.kind == click_model_kind::dlrm && shape_.numbers > 0; }
    [[nodiscard]] std::size_t heads() const noexcept { return is_deep() ? shape_.tasks * top_.outputs() : 0; }
    [[nodiscard]] std::size_t crosses() const noexcept {
        return has_pairs() && shape_.tasks > 1 ? shape_.tasks * shape_.dim : 0;
    }

    void run(const click_batch& batch, const click_values<const float>& at, piece& part) const;
    void pull_back_piece(const click_values<const float>& at, piece& part) const;
    void read_fields(const click_batch& batch, const click_values<const float>& at, piece& part) const;
    void cross_fields(piece& part) const;
    void pull_back_cross(piece& part, const row_matrix& of_input) const;

    click_shape shape_;
    dense_layers bottom_, top_;
    pleach::matrix<float> of_values_;  // gradient of the row of each value of a batch
    std::vector<float> of_logits_;     // examples x tasks
    std::vector<std::size_t> starts_;  // of the values of each id
    std::vector<std::uint32_t> values_of_;
};

}  // namespace support
