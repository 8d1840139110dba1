// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of testing.

#include <pleach/testing/check_combiner.hpp>
#include <pleach/testing/check_elementwise.hpp>
#include <pleach/testing/check_row_form.hpp>
#include <pleach/testing/conformance.hpp>
#include <pleach/testing/gradient_check.hpp>
