// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer.hpp"
#include "fuzz/npy.hpp"

FUZZ(fuzz::npy)
