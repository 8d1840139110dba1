// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/interactions.hpp"
#include "files/fuzz/libfuzzer.hpp"

FUZZ(fuzz::inter)
