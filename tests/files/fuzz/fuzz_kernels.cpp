// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/kernels.hpp"
#include "files/fuzz/libfuzzer.hpp"

FUZZ(fuzz::kernels)
