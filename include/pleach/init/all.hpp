// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of init.

#include <pleach/init/given_rows.hpp>
#include <pleach/init/initializer.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/init/power_law.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/init/xavier.hpp>
