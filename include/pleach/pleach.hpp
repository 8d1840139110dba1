// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The whole library, but for io, interop and testing, which need or are for something else.

#include <pleach/config.hpp>
#include <pleach/compose/all.hpp>
#include <pleach/core/all.hpp>
#include <pleach/frozen/all.hpp>
#include <pleach/init/all.hpp>
#include <pleach/kernel/all.hpp>
#include <pleach/learn/all.hpp>
#include <pleach/prune/all.hpp>
#include <pleach/sparse/all.hpp>
#include <pleach/table/all.hpp>
