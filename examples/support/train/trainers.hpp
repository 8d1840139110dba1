// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The trainers as functions, each compiled once.

#include "support/options/options.hpp"

namespace support {

/// Reads the data, trains the table that --table names, and reports; returns the exit code. *Throws* the exceptions that
/// run_main (program/main.hpp) turns into sentences.
int train_mf(const options& chosen);
int train_lightgcn(const options& chosen);
int train_ctr(const options& chosen);

/// --sharded: as train_mf, over the processes of mpirun; in the library pleach_examples_sharded. Prints its own sentence and
/// returns the exit code; a process that fails ends the others.
int train_mf_sharded(const options& chosen);

}  // namespace support
