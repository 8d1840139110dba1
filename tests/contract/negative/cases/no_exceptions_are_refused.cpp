// SPDX-License-Identifier: Apache-2.0
// sentence: pleach reports bad input by exceptions
#ifdef WRONG
#undef __cpp_exceptions
#endif
#include <pleach/config.hpp>

static_assert(PLEACH_VERSION_MAJOR == 0);
