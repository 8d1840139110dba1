#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How long a short training takes while every processor has another busy process: with one thread, with the default, and with
# threads that spin while they wait. In turns; prints the wall seconds of every pass and their medians.
#
#     sh benchmarks/busy_neighbors.sh build/quickstart/examples/train_mf FOLDER [PASSES]

set -eu
if [ $# -lt 2 ]; then
    echo "usage: $0 TRAIN_MF FOLDER [PASSES]" >&2
    exit 1
fi
train=$1 folder=$2 passes=${3:-5}
results=$(mktemp -d)
neighbors=
for _ in $(seq "$(nproc)"); do
    sh -c 'while :; do :; done' &
    neighbors="$neighbors $!"
done
trap 'kill $neighbors 2>/dev/null; rm -rf "$results"' EXIT
trap 'exit 1' INT TERM

# NAME COMMAND...: runs the command and adds its seconds to the file NAME.
measure() {
    name=$1
    shift
    before=$(date +%s.%N)
    "$@" --dataset "$folder" --loss bpr --epochs 5 --quiet >/dev/null
    echo "$before $(date +%s.%N)" | awk '{ printf "%.2f\n", $2 - $1 }' >>"$results/$name"
}

for _ in $(seq "$passes"); do
    measure "one thread" "$train" --threads 1
    measure "default" "$train"
    measure "all threads" "$train" --threads "$(nproc)"
    measure "all threads, spinning" env OMP_WAIT_POLICY=active "$train" --threads "$(nproc)"
done
for name in "one thread" "default" "all threads" "all threads, spinning"; do
    median=$(sort -n "$results/$name" | awk '{ s[NR] = $1 } END { print s[int((NR + 1) / 2)] }')
    echo "$name: $median s (median of $(tr '\n' ' ' <"$results/$name"))"
done
