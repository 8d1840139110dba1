#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# rounds_to_csv.sh SOURCES: a table behind a link is replaced where it lies, and no file of a name that can be guessed is written.

set -eu
command -v python3 >/dev/null 2>&1 || exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/run" "$folder/elsewhere"
quality='{"recall@20": 0.1, "ndcg@20": 0.2}'
cat >"$folder/run/summary.json" <<END
{"dataset": "da,ta", "model": "mf", "loss": "bpr", "dim": 8, "layers": 0, "seed": 1, "dense_bytes": 64,
 "rounds": {"0": {"density": 1, "stored_values": 16, "bytes": 64, "best_epoch": 1, "train_seconds": 1.5,
  "valid": $quality, "test": $quality}}}
END
echo victim >"$folder/victim"
ln -s "$folder/victim" "$folder/table.csv.new"
ln -s elsewhere/table.csv "$folder/table.csv"
for time in first second; do
    python3 "$1/examples/studies/rounds_to_csv.py" "$folder/table.csv" "$folder/run" dense
    [ "$(cat "$folder/victim")" = victim ] || { echo "$time: the victim was written"; exit 1; }
    [ -L "$folder/table.csv" ] || { echo "$time: the link was replaced"; exit 1; }
    [ "$(wc -l <"$folder/elsewhere/table.csv")" -eq 2 ] || { echo "$time: not a header and a row"; exit 1; }
    grep -q '^"da,ta",mf,' "$folder/elsewhere/table.csv" || { echo "$time: the name is not quoted"; exit 1; }
    [ "$(ls "$folder/elsewhere")" = table.csv ] || { echo "$time: a temporary file is left"; exit 1; }
    chmod 640 "$folder/elsewhere/table.csv"
done
[ "$(stat -c %a "$folder/elsewhere/table.csv")" = 640 ] || { echo "the mode was not kept"; exit 1; }
