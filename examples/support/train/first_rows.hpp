// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The initial rows of a run, if they are not drawn at random.
///
/// - svd: with R the train pairs, divided by the root of the pairs of the user and of those of the item, and R ~ U S V^T of
///   rank dim: U S^(1/2) and V S^(1/2), scaled so that values have a deviation of .1, like drawn ones;
/// - rows: those of a file, as they are;
/// - sparse-pca: either of these after sparse_rotation.hpp, so that a fraction --init-density of the values is not 0.

#include "support/data/interactions.hpp"
#include "support/options/options.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/interop/openmp.hpp>

namespace support {

/// Users before items. *Precondition:* chosen.init is not row_start::normal. *Throws:* usage_error for a file without exactly
/// one row of --dim values per entity, input_error for one that cannot be read, std::invalid_argument for values that are not
/// finite or a --dim above the rank of the pairs.
pleach::matrix<float> first_rows(const options& chosen, const interactions& data, const pleach::openmp& exec);

}  // namespace support
