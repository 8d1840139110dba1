# SPDX-License-Identifier: Apache-2.0
#
# Sourced by scripts that run a trainer cell by cell. They set model, dataset, runs and csv, and can be started from any folder.
# Finished cells are skipped and interrupted cells are resumed, so the scripts can be stopped at any time. BUILD (default
# build/bench) is the build directory with the programs.

program=${BUILD:-build/bench}/examples/train_$model
mkdir -p "$runs"

# cell NAME METHOD FLAGS...: runs the trainer in a directory of that name, from the start or from its checkpoint, or skips it if
# it is finished, and adds its rows to the CSV under that method.
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
