#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs every benchmark and prints its ratios and goals, on a data set or, without one, on a generated graph of Gowalla's size.
#
#     sh benchmarks/run_all.sh [FOLDER] [--passes N] [--share X]
#
# BUILD (default build/bench) is the build directory with the programs. Takes about ten minutes; --share 0.1 runs a tenth of
# the long ones and scales their times up.
set -eu
programs=${BUILD:-build/bench}/benchmarks

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), $(nproc 2>/dev/null) processors"
echo "load average at the start: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null)"
for name in gather sparse_ranking optimizer_step propagation bpr ranking sparse_pca lightgcn_epoch; do
    echo
    echo "== $name"
    "$programs/bench_$name" "$@"
done
echo
echo "== lookup"
"$programs/bench_lookup"
echo
echo "load average at the end: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null)"
