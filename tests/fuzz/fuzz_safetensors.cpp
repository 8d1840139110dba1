// SPDX-License-Identifier: Apache-2.0

#include "fuzz/libfuzzer.hpp"
#include "fuzz/safetensors.hpp"

FUZZ_SAFETENSORS(fuzz::safetensors)
