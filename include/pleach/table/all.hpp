// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of table.

#include <pleach/table/assignments.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/byte_budget.hpp>
#include <pleach/table/checked_ids.hpp>
#include <pleach/table/concepts.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/narrowed_ids.hpp>
#include <pleach/table/packed_bytes.hpp>
#include <pleach/table/panels.hpp>
#include <pleach/table/parameter.hpp>
#include <pleach/table/parameter_rows.hpp>
#include <pleach/table/parts.hpp>
#include <pleach/table/ranking.hpp>
#include <pleach/table/row_gradient.hpp>
#include <pleach/table/snapshot.hpp>
#include <pleach/table/state.hpp>
#include <pleach/table/top_k.hpp>
