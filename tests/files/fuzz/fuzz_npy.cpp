// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/libfuzzer.hpp"
#include "files/fuzz/npy.hpp"

FUZZ(fuzz::npy)
