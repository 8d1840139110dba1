#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compares initial values of sparse tables, for one model on one data set: tables of equal density and equal epochs, initialized
# with random values, singular vectors of the pairs, or the rows of a short dense run, of which the largest values are kept,
# either directly or after a sparse rotation.
#
#     sh examples/studies/starts.sh MODEL DATASET RUNS FILE.csv DENSITY SHORT_EPOCHS [TRAINER FLAGS...]
#
# MODEL is mf or lightgcn; RUNS a directory for the runs. Environment variables and their defaults: SEEDS "2024 2025 2026",
# TABLES "masked pep", STARTS "chance svd svd-turned short short-turned". cell.sh says how it continues after an interruption.
set -eu
model=$1 dataset=$2 runs=$3 csv=$4 density=$5 short=$6
shift 6
. "$(dirname "$0")/cell.sh"

# start NAME FLAGS...: trains one table with these initial values, if NAME is among the STARTS.
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
