// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every header of quantize.

#include <pleach/quantize/k_means.hpp>
#include <pleach/quantize/product_codes.hpp>
#include <pleach/quantize/residual_codes.hpp>
#include <pleach/quantize/trained_codes.hpp>
