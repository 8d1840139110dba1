#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Appends the rounds of finished runs to a CSV: one row per round, skipping rows that the file already has.

    rounds_to_csv.py FILE.csv RUN_DIRECTORY METHOD

Python's standard library only.
"""

import csv
import json
import os
import sys
import tempfile

COLUMNS = ["dataset", "model", "loss", "method", "dim", "layers", "seed", "density", "stored_values", "bytes",
           "part_of_dense", "best_epoch", "train_seconds", "valid_recall@20", "valid_ndcg@20", "test_recall@20",
           "test_ndcg@20", "cut_recall@20", "cut_ndcg@20"]
KEY = ["dataset", "model", "loss", "method", "dim", "layers", "seed", "density"]


def rows_of(run, method):
    with open(os.path.join(run, "summary.json"), encoding="utf-8") as file:
        summary = json.load(file)
    for _, result in sorted(summary["rounds"].items(), key=lambda item: int(item[0])):
        cut = result.get("test_before_training", {})
        valid = result["valid"]
        yield {
            "dataset": summary["dataset"], "model": summary["model"], "loss": summary["loss"], "method": method,
            "dim": summary["dim"], "layers": summary["layers"], "seed": summary["seed"],
            "density": f"{result['density']:.4f}", "stored_values": result["stored_values"], "bytes": result["bytes"],
            "part_of_dense": f"{result['bytes'] / summary['dense_bytes']:.4f}", "best_epoch": result["best_epoch"],
            "train_seconds": f"{result['train_seconds']:.0f}",
            "valid_recall@20": f"{valid['recall@20']:.5f}" if valid else "",
            "valid_ndcg@20": f"{valid['ndcg@20']:.5f}" if valid else "",
            "test_recall@20": f"{result['test']['recall@20']:.5f}", "test_ndcg@20": f"{result['test']['ndcg@20']:.5f}",
            "cut_recall@20": f"{cut['recall@20']:.5f}" if cut else "",
            "cut_ndcg@20": f"{cut['ndcg@20']:.5f}" if cut else "",
        }


def replace(path, write):
    """Replaces the file, or the file that a link leads to, by what write(file) writes: the whole of it, or nothing."""
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    if os.path.exists(path):
        mode = os.stat(path).st_mode & 0o7777
    else:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=os.path.basename(path) + ".")
    try:
        with open(descriptor, "w", newline="", encoding="utf-8") as file:
            write(file)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    path, run, method = sys.argv[1:]
    known = []
    if os.path.exists(path):
        with open(path, newline="", encoding="utf-8") as file:
            known = list(csv.DictReader(file))
    have = {tuple(row[k] for k in KEY) for row in known}
    new = [row for row in rows_of(run, method) if tuple(str(row[k]) for k in KEY) not in have]

    def write(file):
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(known + new)

    replace(path, write)
    print(f"{len(new)} new rows in {path}")


main()
