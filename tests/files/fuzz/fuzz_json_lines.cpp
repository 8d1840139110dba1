// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/libfuzzer.hpp"
#include "files/fuzz/lists.hpp"

FUZZ(fuzz::json_lines)
