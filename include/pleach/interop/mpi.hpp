// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tables beyond one machine: rows spread over the ranks of MPI (mpi/sharded.hpp). The files of shards are in
/// mpi/sharded_files.hpp, which need what pleach::io needs.

#include <pleach/interop/mpi/gather_everywhere.hpp>
#include <pleach/interop/mpi/sharded.hpp>
#include <pleach/interop/mpi/sharded_bags.hpp>
#include <pleach/interop/mpi/sharded_prune.hpp>
#include <pleach/interop/mpi/sharded_top_k.hpp>
