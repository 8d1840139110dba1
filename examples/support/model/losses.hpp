// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ranking losses over the local rows of a batch: each returns the mean loss over samples and writes the gradient.
///
/// bpr:      softplus(y_uj - y_ui), mean over a sample's own negatives j. Rendle et al., UAI 2009.
/// softmax:  -log( e^{s_ui} / (e^{s_ui} + sum_{j != i} e^{s_uj} / pi_j^correction) ), s = similarity / temperature, over the
///           items of the batch and shared uniform negatives. pi_j is the chance that item j is among them, so that with
///           correction 1 the sum estimates the one over all items without bias (Horvitz-Thompson); without it popular
///           items, which stand in most batches, are pushed down far too often. Yi et al., RecSys 2019, correct by the
///           logarithm of the sampling rate instead, the positive included.
/// ccl:      (1 - s_ui) + negative_weight / N * sum_j max(0, s_uj - margin), over N shared uniform negatives, s the cosine.
///           Mao et al., "SimpleX", CIKM 2021, section 3.3 (there each sample draws its own negatives).

#include "support/model/batch.hpp"
#include "support/options/kinds.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/interop/openmp.hpp>

#include <span>

namespace support {

struct softmax_loss {
    similarity kind = similarity::cosine;
    double temperature = 0.1;
    double correction = 1;  ///< exponent of pi_j
};

struct ccl_loss {
    double margin = 0.9;
    double negative_weight = 150;
};

/// *Precondition:* batch.negatives holds the same number of negatives for each sample; gradient is all zeros, with the shape of
/// `rows`.
double bpr(const training_batch& batch, pleach::matrix_view<const float> rows, pleach::matrix_view<float> gradient,
           const pleach::openmp& exec);

/// `inclusion[r]` is pi of the item in local row r. *Precondition:* gradient is all zeros, with the shape of `rows`.
double softmax(const softmax_loss& loss, const training_batch& batch, std::span<const float> inclusion,
               pleach::matrix_view<const float> rows, pleach::matrix_view<float> gradient, const pleach::openmp& exec);

/// *Precondition:* gradient is rows of zeros in the shape of `rows`.
double ccl(const ccl_loss& loss, const training_batch& batch, pleach::matrix_view<const float> rows,
           pleach::matrix_view<float> gradient, const pleach::openmp& exec);

}  // namespace support
