// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of sparse.

#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
