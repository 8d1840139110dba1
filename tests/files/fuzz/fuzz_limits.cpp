// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/libfuzzer.hpp"
#include "files/fuzz/limits.hpp"

FUZZ_SAFETENSORS(fuzz::limits, 8)
