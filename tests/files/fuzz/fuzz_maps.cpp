// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/libfuzzer.hpp"
#include "files/fuzz/maps.hpp"

FUZZ(fuzz::maps)
