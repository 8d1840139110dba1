#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How a sparse table should begin, one model on one data set: tables of equal density and as many epochs, from values by chance,
# from singular vectors of the pairs, and from a short dense run; the largest values as they are, or after a turn by sparse
# components.
#
#     sh examples/studies/starts.sh MODEL DATASET RUNS FILE.csv DENSITY SHORT_EPOCHS [TRAINER FLAGS...]
#
# MODEL is mf or lightgcn; RUNS a directory for the runs. In the environment, with what they are by default: SEEDS "2024 2025 2026",
# TABLES "masked pep", STARTS "chance svd svd-turned short short-turned". How it goes on after it was stopped stands in cell.sh.
set -eu
model=$1 dataset=$2 runs=$3 csv=$4 density=$5 short=$6
shift 6
. "$(dirname "$0")/cell.sh"

# start NAME FLAGS...: one table, begun that way, if it is among the STARTS.
start() {
    case " ${STARTS:-chance svd svd-turned short short-turned} " in *" $1 "*) ;; *) return ;; esac
    name=$table-$1
    shift
    cell "$name-$seed" "$name" "$@" --seed "$seed" --table "$table" --density "$density"
}

for table in ${TABLES:-masked pep}; do
    for seed in ${SEEDS:-2024 2025 2026}; do
        cell "short-$seed" short "$@" --seed "$seed" --epochs "$short"
        rows=$runs/$model-short-$seed/checkpoint.safetensors
        start chance "$@" --prune-schedule at-start
        start svd "$@" --prune-schedule at-start --init svd
        start svd-turned "$@" --prune-schedule at-start --init sparse-pca --init-density "$density"
        start short "$@" --prune-schedule at-start --init rows --init-rows "$rows" --init-array best.weights
        start short-turned "$@" --prune-schedule at-start --init sparse-pca --init-density "$density" --init-rows "$rows" \
            --init-array best.weights
    done
done
