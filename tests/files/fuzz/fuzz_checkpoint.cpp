// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/checkpoint.hpp"
#include "files/fuzz/libfuzzer.hpp"

FUZZ_SAFETENSORS(fuzz::checkpoint, 0)
