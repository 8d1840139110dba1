// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/frozen.hpp"
#include "files/fuzz/libfuzzer.hpp"

FUZZ_SAFETENSORS(fuzz::frozen, 0)
