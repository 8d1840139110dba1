#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Factors of another library, made small and served.

    implicit_to_pleach.py MODEL.npz [--bytes 6000000] [--seen SEEN.npz] [--user ROW] [--out items.frozen]

MODEL.npz has the arrays user_factors and item_factors, as the models of the library implicit save them, and as

    numpy.savez("model.npz", user_factors=users, item_factors=items)

writes those of any other. SEEN.npz is a matrix of users and items that scipy.sparse.save_npz wrote. The item factors are frozen
in the form that keeps the most of the best 20 items of sampled users within the bytes; then the file is mapped, and the best
items of a user that the user has not seen are printed.
"""

import argparse
import sys

import numpy

import pleach


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="npz file with user_factors and item_factors")
    parser.add_argument("--bytes", type=int, help="largest size of the file [a tenth of the factors]")
    parser.add_argument("--seen", help="npz file of scipy with what users have seen")
    parser.add_argument("--user", type=int, default=0, help="row of the user to recommend to")
    parser.add_argument("--k", type=int, default=10, help="number of items")
    parser.add_argument("--out", default="items.frozen", help="the frozen file")
    chosen = parser.parse_args()

    with numpy.load(chosen.model, allow_pickle=False) as model:
        users, items = (numpy.asarray(model[name], numpy.float32) for name in ("user_factors", "item_factors"))
    # Models of implicit end in a column of ones and one of biases; a product of whole rows is their score as well.
    table = pleach.freeze(items, bytes=chosen.bytes or items.nbytes // 10, queries=users)
    table.save(chosen.out)
    report = table.report
    for trial in report["trials"]:
        mark = "*" if trial["kind"] == report["kind"] else " "
        print(f"{mark} {trial['kind']:22} {trial['bytes']:12,} bytes, top 20 {100 * trial['overlap']:.1f} % of the dense answer")
    print(f"{chosen.out}: {items.nbytes:,} -> {table.nbytes:,} bytes")

    served = pleach.open(chosen.out)
    if not 0 <= chosen.user < len(users):
        sys.exit(f"there is no user {chosen.user}: the model has rows 0 to {len(users) - 1}")
    seen = None
    if chosen.seen:
        import scipy.sparse

        seen = scipy.sparse.load_npz(chosen.seen).tocsr()[chosen.user]
    ids, scores = served.top_k(users[chosen.user : chosen.user + 1], chosen.k, exclude=seen)
    for item, score in zip(ids[0], scores[0]):
        if item >= 0:
            print(f"user {chosen.user}: item {item}, {score:.4f}")


if __name__ == "__main__":
    main()
