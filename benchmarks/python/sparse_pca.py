#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs scikit-learn and ARPACK on the matrices that bench_sparse_pca saved, one thread each, and prints the ratios.

    bench_sparse_pca [DATA] --save FOLDER
    sparse_pca.py FOLDER [--passes N]

Both objectives are those that the methods report. Ours is also computed here from its components alone, with the best atoms
for them, and squares of singular values from the vectors. Needs numpy, scipy and scikit-learn (1.2.1 in the tables).
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import json
import time
import warnings

import numpy
import scipy
import scipy.sparse
import scipy.sparse.linalg
import sklearn
from sklearn.decomposition import SparsePCA


def best_time(run, passes):
    times = []
    for _ in range(passes):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    return min(times), result


def least_objective(rows, loadings, alpha, passes=500):
    """0.5 ||X_c - U V||^2 + alpha |V| with the best U of columns at most 1 long, atom by atom."""
    centered = rows - rows.mean(axis=0)
    products, gram = centered @ loadings.T, loadings @ loadings.T
    atoms = numpy.zeros_like(products)
    fixed = 0.5 * numpy.sum(centered ** 2) + alpha * numpy.abs(loadings).sum()
    before = numpy.inf
    for _ in range(passes):
        for l in numpy.flatnonzero(numpy.diag(gram) > 0):
            atoms[:, l] += (products[:, l] - atoms @ gram[:, l]) / gram[l, l]
            atoms[:, l] /= max(numpy.linalg.norm(atoms[:, l]), 1)
        now = fixed - numpy.sum(atoms * products) + 0.5 * numpy.sum((atoms.T @ atoms) * gram)
        if before - now < 1e-9 * now:
            break
        before = now
    return now


def compare_components(folder, name, ours, passes):
    rows = numpy.load(os.path.join(folder, name + ".rows.npy"))
    loadings = numpy.load(os.path.join(folder, name + ".loadings.npy"))

    def fit():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # neither side needs to converge
            return SparsePCA(n_components=ours["components"], alpha=ours["alpha"], method="cd", random_state=0,
                             max_iter=ours["iterations"], tol=ours["tolerance"]).fit(rows)

    seconds, peer = best_time(fit, passes)
    theirs, checked = peer.error_[-1], least_objective(rows, loadings, ours["alpha"])
    print(f"{name}: {rows.shape[0]} x {rows.shape[1]}, {ours['components']} components, alpha {ours['alpha']:g}")
    print(f"  scikit-learn cd  {seconds:9.3f} s  objective {theirs:14.3f}  zeros {(peer.components_ == 0).mean():.1%}"
          f"  {peer.n_iter_} iterations")
    print(f"  pleach           {ours['seconds']:9.3f} s  objective {ours['objective']:14.3f}  zeros {(loadings == 0).mean():.1%}"
          f"  (from its components alone {checked:.3f})")
    part = ours["seconds"] / seconds
    print(f"  -> time {part:.4f} of scikit-learn's (1/{1 / part:.1f}), goal {ours['goal']:g}; "
          f"objective {ours['objective'] / theirs - 1:+.4%}, goal at most +0.1 %")
    if checked > ours["objective"] * (1 + 1e-6):
        raise SystemExit(f"{name}: the objective reported is less than that of the components returned")


def compare_singular_values(folder, ours, passes):
    offsets = numpy.load(os.path.join(folder, "pairs.offsets.npy")).ravel().astype(numpy.int64)
    columns = numpy.load(os.path.join(folder, "pairs.columns.npy")).ravel().astype(numpy.int32)
    right = numpy.load(os.path.join(folder, "pairs.right.npy")).astype(numpy.float64)
    pairs = scipy.sparse.csr_matrix((numpy.ones(len(columns), numpy.float32), columns, offsets),
                                    shape=(len(offsets) - 1, ours["columns"]))
    start = numpy.random.default_rng(0).standard_normal(min(pairs.shape)).astype(numpy.float32)
    seconds, values = best_time(lambda: scipy.sparse.linalg.svds(pairs, k=ours["rank"], v0=start)[1], passes)
    exact = numpy.sum(values.astype(numpy.float64) ** 2)
    orthonormal, _ = numpy.linalg.qr(right)
    checked = numpy.linalg.norm(pairs.astype(numpy.float64) @ orthonormal) ** 2
    print(f"pairs: {pairs.shape[0]} x {pairs.shape[1]}, {pairs.nnz} entries, {ours['rank']} singular values")
    print(f"  ARPACK           {seconds:9.3f} s  sum of squares {exact:.1f}")
    print(f"  pleach           {ours['seconds']:9.3f} s  sum of squares {ours['squares']:.1f}  (from its vectors {checked:.1f})")
    print(f"  -> time {ours['seconds'] / seconds:.3f} of ARPACK's; sum {checked / exact:.4%}, goal {ours['goal']:.1%}")
    if abs(checked - ours["squares"]) > 1e-3 * exact:
        raise SystemExit("pairs: the values reported are not those of the vectors returned")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--passes", type=int, default=3)
    given = parser.parse_args()
    print(f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {numpy.__version__}; best of {given.passes}")
    with open(os.path.join(given.folder, "results.json"), encoding="utf-8") as file:
        results = json.load(file)
    for name, ours in results.items():
        if name == "pairs":
            compare_singular_values(given.folder, ours, given.passes)
        else:
            compare_components(given.folder, name, ours, given.passes)


if __name__ == "__main__":
    main()
