// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of kernel.

#include <pleach/kernel/add_scaled.hpp>
#include <pleach/kernel/arch.hpp>
#include <pleach/kernel/byte_lanes.hpp>
#include <pleach/kernel/column_list.hpp>
#include <pleach/kernel/describe.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/kernel/expand_bits.hpp>
#include <pleach/kernel/levels.hpp>
#include <pleach/kernel/mask_rows.hpp>
#include <pleach/kernel/packed_reader.hpp>
#include <pleach/kernel/packed_row.hpp>
#include <pleach/kernel/prefetch.hpp>
#include <pleach/kernel/score_block.hpp>
#include <pleach/kernel/score_sparse.hpp>
#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/kernel/simd.hpp>
#include <pleach/kernel/soft_threshold.hpp>
#include <pleach/kernel/sparse_levels.hpp>
#include <pleach/kernel/spread_row.hpp>
#include <pleach/kernel/squash.hpp>
#include <pleach/kernel/step_rows.hpp>
#include <pleach/kernel/sum_bytes.hpp>
#include <pleach/kernel/sum_lines.hpp>
#include <pleach/kernel/sum_packed.hpp>
#include <pleach/kernel/sum_rows.hpp>
