// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of factor.

#include <pleach/factor/csr_view.hpp>
#include <pleach/factor/dictionary_learning.hpp>
#include <pleach/factor/eigen_blocks.hpp>
#include <pleach/factor/generalized_power.hpp>
#include <pleach/factor/linear_operator.hpp>
#include <pleach/factor/polar.hpp>
#include <pleach/factor/sparse_coding.hpp>
#include <pleach/factor/sparse_components.hpp>
#include <pleach/factor/sparse_pca.hpp>
#include <pleach/factor/sparse_rotation.hpp>
#include <pleach/factor/truncated_power.hpp>
#include <pleach/factor/truncated_svd.hpp>
#include <pleach/factor/variable_projection.hpp>
