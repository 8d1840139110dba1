// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of users that a run has not stored, made of the rows of their items (model/fold_in.hpp).

#include "support/data/csr.hpp"
#include "support/serve/served_table.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/interop/openmp.hpp>

#include <filesystem>

namespace support {

/// The scored rows of users who took these items, from the matrix in the file `fold`; where rows of items end in a bias, those of
/// users end in 1. *Throws:* input_error if the matrix does not suit the items; what open_served throws.
[[nodiscard]] pleach::matrix<float> folded_users(const served_table& items, const std::filesystem::path& fold, const csr& taken,
                                                 const pleach::openmp& exec);

}  // namespace support
