#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ranks with the Python package and with NumPy in turns, and prints the ratios.

    PYTHONPATH=build/bench/examples/python python3 benchmarks/python/top_k.py [--rows 1000000] [--passes 5]

NumPy's way is a product of all rows, in floats, and argpartition, both on the same threads as the package. The package ranks the
same rows as `dense_rows<f32>` and, pruned to a tenth of the values, as the file that freeze() chooses for that density. The bytes
are those that each reads.
"""

import argparse
import statistics
import time

import numpy

import pleach


def by_numpy(rows, queries, k):
    best = numpy.empty((len(queries), k), numpy.int64)
    for first in range(0, len(queries), 100):  # as much as NumPy's scratch memory should take
        scores = queries[first : first + 100] @ rows.T
        some = numpy.argpartition(-scores, k, axis=1)[:, :k]
        order = numpy.argsort(-numpy.take_along_axis(scores, some, 1), axis=1, kind="stable")
        best[first : first + 100] = numpy.take_along_axis(some, order, 1)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--k", type=int, default=20)
    parser.add_argument("--passes", type=int, default=5)
    chosen = parser.parse_args()

    chance = numpy.random.default_rng(2024)
    rows = chance.normal(size=(chosen.rows, chosen.dim)).astype(numpy.float32)
    queries = chance.normal(size=(chosen.queries, chosen.dim)).astype(numpy.float32)
    tables = {"dense_rows<f32>": pleach.freeze(rows, format="dense_rows<f32>"), "a tenth": pleach.freeze(rows, density=0.1)}
    agree = numpy.mean(tables["dense_rows<f32>"].top_k(queries[:100], chosen.k)[0] == by_numpy(rows, queries[:100], chosen.k))
    print(f"{chosen.rows:,} x {chosen.dim}, {chosen.queries} queries, k = {chosen.k}; {100 * agree:.2f} % of the answers are the same")

    times = {name: [] for name in ("numpy", *tables)}
    ratios = {name: [] for name in tables}
    for _ in range(chosen.passes):
        for name in times:
            start = time.perf_counter()
            if name == "numpy":
                by_numpy(rows, queries, chosen.k)
            else:
                tables[name].top_k(queries, chosen.k)
            times[name].append(time.perf_counter() - start)
        for name in tables:
            ratios[name].append(times["numpy"][-1] / times[name][-1])
    print(f"numpy            {statistics.median(times['numpy']):8.3f} s, {rows.nbytes:,} bytes")
    for name, table in tables.items():
        print(
            f"{name:16} {statistics.median(times[name]):8.3f} s, {table.nbytes:,} bytes, {table.kind}, "
            f"{statistics.median(ratios[name]):.2f} times as fast, median of {chosen.passes} pairs"
        )


if __name__ == "__main__":
    main()
