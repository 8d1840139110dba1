#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Lottery tickets against their baselines, one model on one data set: dense, iterative, one-shot, random, and dense tables of
# equal bytes. Cells that are finished are skipped, cells that were interrupted go on, so it may be stopped at any time.
#
#     sh benchmarks/lottery.sh MODEL DATASET RUNS FILE.csv [TRAINER FLAGS...]
#
# MODEL is mf or lightgcn; RUNS a directory for the runs; BUILD (default build/bench) the build directory with the programs.
set -eu
model=$1 dataset=$2 runs=$3 csv=$4
shift 4
here=$(dirname "$0")
program=${BUILD:-build/bench}/examples/train_$model
mkdir -p "$runs"

# cell NAME FLAGS...: a run directory of that name, from the start, from its checkpoint, or not at all.
cell() {
    name=$1
    shift
    out=$runs/$model-$name
    if [ ! -f "$out/summary.json" ]; then
        resume=--force
        if [ -f "$out/checkpoint.safetensors" ]; then resume=--resume; fi
        "$program" --dataset "$dataset" --out "$out" "$resume" "$@"
    fi
    python3 "$here/python/rounds_to_csv.py" "$csv" "$out" "$name"
}

cell iterative "$@" --table masked --densities 0.7,0.5,0.35,0.25,0.17,0.1,0.07,0.05
cell one-shot "$@" --table masked --prune-schedule one-shot --densities 0.5,0.25,0.1,0.05
cell random "$@" --table masked --prune-method random --densities 0.5,0.25,0.1,0.05
# Dense tables of about the bytes that 50, 25, 10 and 5 % of 64 columns take with a bit for each entry.
for dim in 34 18 9 5; do
    cell "dense-$dim" "$@" --dim "$dim"
done
