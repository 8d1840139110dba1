#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Predicts the tasks of a folder of labelled examples with scikit-learn's gradient boosting, as a mark for train_ctr.

    python3 benchmarks/python/gradient_boosting.py --dataset census-income --tasks y_income,y_never_married \\
        --numeric age,wage_per_hour,capital_gains,capital_losses,stock_dividends,num_emp,weeks_worked

Of the train rows a tenth is held out at random. For each task, each setting of a grid is trained on the others until the log
loss of the held-out rows stalls; the setting with the best AUC there is measured once on the test part. Values that are not
numbers are treated as categories.
"""

import argparse
import csv
import itertools
import pathlib
import time

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score

GRID = {"learning_rate": [0.05, 0.1], "max_leaf_nodes": [7, 15, 31]}
MOST_ITERATIONS, PATIENCE, STEP = 2000, 2, 50


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def features(columns, rows, names, numeric, codes):
    """A column for each name; categories are numbered in the order of the train rows, and new ones are missing."""
    matrix = numpy.full((len(rows), len(names)), numpy.nan)
    for j, name in enumerate(names):
        at = columns.index(name)
        if name in numeric:
            matrix[:, j] = [float(row[at]) if row[at] else numpy.nan for row in rows]
        else:
            known = codes.setdefault(name, {})
            if not known:
                for row in rows:
                    known.setdefault(row[at], len(known))
            matrix[:, j] = [known.get(row[at], numpy.nan) for row in rows]
    return matrix


def fit(settings, categorical, seed, train, valid):
    """The model with the number of iterations that is best for the held-out rows, by their log loss, and that number."""
    model = HistGradientBoostingClassifier(max_iter=STEP, early_stopping=False, warm_start=True, random_state=seed,
                                           categorical_features=categorical, **settings)
    least, best, stale = numpy.inf, STEP, 0
    while model.max_iter <= MOST_ITERATIONS and stale < PATIENCE:
        model.fit(*train)
        loss = log_loss(valid[1], model.predict_proba(valid[0])[:, 1])
        stale += 1
        if loss < least:
            least, best, stale = loss, model.max_iter, 0
        model.max_iter += STEP
    model = HistGradientBoostingClassifier(max_iter=best, early_stopping=False, random_state=seed,
                                           categorical_features=categorical, **settings).fit(*train)
    return model, best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", type=pathlib.Path, required=True)
    parser.add_argument("--tasks", required=True)
    parser.add_argument("--numeric", default="")
    parser.add_argument("--ignore", default="", help="columns that are not read")
    parser.add_argument("--seed", type=int, default=2024)
    chosen = parser.parse_args()
    tasks, numeric = chosen.tasks.split(","), chosen.numeric.split(",")

    columns, train_rows = read(chosen.dataset / "train.csv")
    _, test_rows = read(chosen.dataset / "test.csv")
    names = [name for name in columns if name not in tasks + chosen.ignore.split(",")]
    codes = {}
    train, test = (features(columns, rows, names, numeric, codes) for rows in (train_rows, test_rows))
    categorical = [name not in numeric for name in names]
    held_out = numpy.random.default_rng(chosen.seed).random(len(train)) < 0.1

    for task in tasks:
        started = time.time()
        labels, of_test = (numpy.array([int(row[columns.index(task)]) for row in rows]) for rows in (train_rows, test_rows))
        fitted, valid = (train[~held_out], labels[~held_out]), (train[held_out], labels[held_out])
        best_auc, best = 0, None
        for values in itertools.product(*GRID.values()):
            settings = dict(zip(GRID, values))
            model, iterations = fit(settings, categorical, chosen.seed, fitted, valid)
            auc = roc_auc_score(valid[1], model.predict_proba(valid[0])[:, 1])
            print(f"{task}: {settings}, {iterations} iterations: valid auc {auc:.4f}", flush=True)
            if auc > best_auc:
                best_auc, best = auc, (model, settings, iterations)
        model, settings, iterations = best
        predicted = model.predict_proba(test)[:, 1]
        print(f"{task}: test auc {roc_auc_score(of_test, predicted):.4f}  log loss {log_loss(of_test, predicted):.4f}  "
              f"calibration {predicted.sum() / of_test.sum():.3f}  valid auc {best_auc:.4f}  {settings}, {iterations} iterations, "
              f"{time.time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
