// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of assign.

#include <pleach/assign/partition.hpp>
#include <pleach/assign/reassign.hpp>
#include <pleach/assign/rotated_codes.hpp>
#include <pleach/assign/softmax_assignment.hpp>
