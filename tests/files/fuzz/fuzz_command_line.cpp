// SPDX-License-Identifier: Apache-2.0

#include "files/fuzz/libfuzzer.hpp"
#include "files/fuzz/settings.hpp"

FUZZ(fuzz::command_line)
