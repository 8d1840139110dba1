#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Lottery tickets compared with their baselines, for one model on one data set: dense, iterative, one-shot, random, and dense
# tables of equal bytes.
#
#     sh examples/studies/lottery.sh MODEL DATASET RUNS FILE.csv [TRAINER FLAGS...]
#
# MODEL is mf or lightgcn; RUNS a directory for the runs. cell.sh says how it continues after an interruption.
set -eu
model=$1 dataset=$2 runs=$3 csv=$4
shift 4
. "$(dirname "$0")/cell.sh"

cell iterative iterative "$@" --table masked --densities 0.7,0.5,0.35,0.25,0.17,0.1,0.07,0.05
cell one-shot one-shot "$@" --table masked --prune-schedule one-shot --densities 0.5,0.25,0.1,0.05
cell random random "$@" --table masked --prune-method random --densities 0.5,0.25,0.1,0.05
# Dense tables of about as many bytes as 50, 25, 10 and 5 % of 64 columns take with one bit per entry.
for dim in 34 18 9 5; do
    cell "dense-$dim" "dense-$dim" "$@" --dim "$dim"
done
