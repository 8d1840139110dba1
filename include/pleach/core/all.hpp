// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of core.

#include <pleach/core/bit_mask.hpp>
#include <pleach/core/contract.hpp>
#include <pleach/core/elementwise.hpp>
#include <pleach/core/entity_id.hpp>
#include <pleach/core/executor.hpp>
#include <pleach/core/function_ref.hpp>
#include <pleach/core/id_policy.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/core/schedule.hpp>
#include <pleach/core/value_code.hpp>
