// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of prune.

#include <pleach/prune/grow.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/prune.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/prune/row_magnitude.hpp>
#include <pleach/prune/scope.hpp>
#include <pleach/prune/ticket.hpp>
