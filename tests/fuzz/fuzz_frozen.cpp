// SPDX-License-Identifier: Apache-2.0

#include "fuzz/frozen.hpp"
#include "fuzz/libfuzzer.hpp"

FUZZ_SAFETENSORS(fuzz::frozen)
