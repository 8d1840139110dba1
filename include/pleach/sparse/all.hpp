// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of sparse.

#include <pleach/sparse/gated.hpp>
#include <pleach/sparse/granularity.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/packed.hpp>
#include <pleach/sparse/soft_thresholded.hpp>
#include <pleach/sparse/threshold.hpp>
