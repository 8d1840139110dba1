// SPDX-License-Identifier: Apache-2.0
// sentence: -ffinite-math-only and -fassociative-math void pleach's bits
#ifdef WRONG
#undef __FINITE_MATH_ONLY__
#define __FINITE_MATH_ONLY__ 1
#endif
#include <pleach/config.hpp>

static_assert(PLEACH_VERSION_MAJOR == 0);
