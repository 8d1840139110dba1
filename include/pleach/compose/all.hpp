// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of compose.

#include <pleach/compose/activated.hpp>
#include <pleach/compose/assigned.hpp>
#include <pleach/compose/assignment.hpp>
#include <pleach/compose/blended.hpp>
#include <pleach/compose/coded.hpp>
#include <pleach/compose/collisions.hpp>
#include <pleach/compose/combine.hpp>
#include <pleach/compose/composed.hpp>
#include <pleach/compose/constant.hpp>
#include <pleach/compose/index_map.hpp>
#include <pleach/compose/packed_codes.hpp>
#include <pleach/compose/part.hpp>
#include <pleach/compose/quantized.hpp>
#include <pleach/compose/rank.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/compose/rotated.hpp>
