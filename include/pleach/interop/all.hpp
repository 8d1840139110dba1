// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of interop.

#include <pleach/interop/eigen.hpp>
#include <pleach/interop/metis.hpp>
#include <pleach/interop/openmp.hpp>
