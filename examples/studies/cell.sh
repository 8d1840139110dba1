# SPDX-License-Identifier: Apache-2.0
#
# For scripts that run a trainer cell by cell, set model, dataset, runs and csv, and are started from anywhere. Cells that are
# finished are skipped, cells that were interrupted go on, so they may be stopped at any time. BUILD (default build/bench) is the
# build directory with the programs.

program=${BUILD:-build/bench}/examples/train_$model
mkdir -p "$runs"

# cell NAME METHOD FLAGS...: a run directory of that name, from the start, from its checkpoint, or not at all, and its rows in
# the CSV under that method.
cell() {
    name=$1 method=$2
    shift 2
    out=$runs/$model-$name
    if [ ! -f "$out/summary.json" ]; then
        resume=--force
        if [ -f "$out/checkpoint.safetensors" ]; then resume=--resume; fi
        "$program" --dataset "$dataset" --out "$out" "$resume" "$@"
    fi
    python3 "$(dirname "$0")/rounds_to_csv.py" "$csv" "$out" "$method"
}
