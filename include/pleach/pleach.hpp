// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything except assign, factor, interop and io (extra dependencies) and testing.

#include <pleach/compose/all.hpp>
#include <pleach/config.hpp>
#include <pleach/core/all.hpp>
#include <pleach/frozen/all.hpp>
#include <pleach/init/all.hpp>
#include <pleach/kernel/all.hpp>
#include <pleach/learn/all.hpp>
#include <pleach/prune/all.hpp>
#include <pleach/quantize/all.hpp>
#include <pleach/sparse/all.hpp>
#include <pleach/table/all.hpp>
