// SPDX-License-Identifier: Apache-2.0

// Only for builds of Catch2 2.x that come without a library of their main function.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
