// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/libfuzzer.hpp"
#include "files/fuzz/operations.hpp"

FUZZ(fuzz::operations)
