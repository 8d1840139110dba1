#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# train_sharded.sh TRAIN_MF MPIRUN: `train_mf --sharded` writes the files of one process, byte for byte, on any number of
# processes, and also when one of them dies and others continue; what it cannot do, it refuses in one sentence.

set -eu
train=$1 mpirun=$2
export OMPI_MCA_odls_base_sigkill_timeout=3  # seconds to say something, on busy machines
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

awk 'BEGIN { for (u = 0; u < 50; ++u) for (j = 0; j < 12; ++j) print u "\t" (u * 7 + j * j * 3 + j) % 40 }' >pairs.tsv

fail() { echo "$*"; exit 1; }

# settings RUN: the same for all.
settings() {
    echo --dataset pairs.tsv --dim 8 --epochs 40 --densities 0.8,0.4 --freeze auto --item-biases --quiet --threads 1 --out "$1"
}
same_files() {
    for name in users.frozen items.frozen; do cmp "one/$name" "$1/$name" || fail "$1/$name differs"; done
}

# shellcheck disable=SC2046  # words of settings
"$train" $(settings one)
# shellcheck disable=SC2046
"$mpirun" -n 3 "$train" --sharded $(settings three) || fail "three processes failed"
same_files three

# A process dies once there is a checkpoint: all end, with a sentence, and two processes continue.
# shellcheck disable=SC2046
"$mpirun" -n 3 "$train" --sharded $(settings killed) --save-every 0 >killed.log 2>&1 &
job=$!
for _ in $(seq 600); do
    [ ! -e killed/checkpoint.safetensors ] || break
    sleep 0.05
done
victim=$(ps -e -o pid=,args= | grep -F -- "$train --sharded" | grep -F -- '--out killed' | grep -v -F "$mpirun" | grep -v grep |
    awk '{ print $1 }' | tail -n 1)
[ -n "$victim" ] || fail "no process to end"
kill -9 "$victim"
if wait $job; then fail "the run went on without a process"; fi
grep -q 'continues from the last checkpoint in killed' killed.log || { cat killed.log; fail "no sentence"; }
# shellcheck disable=SC2046
"$mpirun" -n 2 "$train" --sharded $(settings killed) --resume || fail "two processes did not continue"
same_files killed

# What one refuses, all refuse, once.
# shellcheck disable=SC2046
"$mpirun" -n 2 "$train" --sharded $(settings three) >refused.log 2>&1 && fail "a run was overwritten"
[ "$(grep -c 'train_mf: --out three contains a run' refused.log)" = 1 ] || { cat refused.log; fail "not one sentence"; }
