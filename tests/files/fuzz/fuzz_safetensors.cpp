// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/libfuzzer.hpp"
#include "files/fuzz/safetensors.hpp"

FUZZ_SAFETENSORS(fuzz::safetensors, 0)
