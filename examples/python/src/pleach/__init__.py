# SPDX-License-Identifier: Apache-2.0
"""Frozen embedding tables: small files that map into memory, looked up, pooled and ranked as they are.

    import pleach

    items = pleach.freeze(factors, bytes=6_000_000, queries=users)   # or pleach.open("items.frozen")
    items.save("items.frozen")
    ids, scores = items.top_k(users[:100], 20, exclude=seen[:100])   # seen: a scipy.sparse.csr_matrix

Every function works on all processors, without the interpreter's lock, on the arrays that it is given: float32 rows,
uint32 ids and the indices of csr matrices are used where they are, anything else is converted once.
"""

import os as _os

# OpenMP reads this once, when the module is loaded: threads that wait sleep instead of spinning.
_is_said = any(name in _os.environ for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"))
if not _is_said:
    _os.environ["OMP_WAIT_POLICY"] = "passive"
try:
    from ._pleach import Table, __version__, freeze, open, shrink
finally:
    if not _is_said:
        del _os.environ["OMP_WAIT_POLICY"]

__all__ = ["Table", "freeze", "open", "shrink", "__version__"]


def _bag(self, ids, offsets=None, weights=None, *, mode="sum", out=None, invalid="refuse"):
    """Sums or means of rows, one for each bag.

    Bag b is ids[offsets[b]] to ids[offsets[b + 1] - 1]; offsets run from 0 to len(ids). A scipy csr matrix of shape
    (bags, len(self)) says all at once: its rows are the bags, its values the weights (for mode='mean' they are ignored).
    """
    if hasattr(ids, "indptr"):
        if offsets is not None or weights is not None:
            raise ValueError("a csr matrix has offsets and weights already: give the matrix alone")
        matrix = _csr(ids, "ids")
        ids, offsets, weights = matrix.indices, matrix.indptr, None if mode == "mean" else matrix.data
    elif offsets is None:
        raise ValueError("offsets are missing: give them, or a csr matrix")
    return self._bag(ids, offsets, weights, mode, out, invalid)


def _top_k(self, queries, k, *, exclude=None):
    """The best k rows for each query, by dot product: (ids, scores), best first, of shape (queries, min(k, rows)).

    `exclude` is a scipy csr matrix with one row for each query, whose stored entries are left out, whatever their values. Where
    fewer rows are left than asked for, the ids at the end are -1 and their scores minus infinity. Ties go to the smaller id.
    """
    if exclude is None:
        return self._top_k(queries, k, None, None)
    matrix = _csr(exclude, "exclude")
    if not matrix.has_sorted_indices:
        matrix = matrix.sorted_indices()
    return self._top_k(queries, k, matrix.indptr, matrix.indices)


def _csr(matrix, name):
    if getattr(matrix, "format", None) != "csr":
        raise TypeError(f"{name} must be a scipy csr matrix; call .tocsr()")
    return matrix


for _function, _name in ((_bag, "bag"), (_top_k, "top_k")):
    _function.__name__ = _name
    _function.__qualname__ = f"Table.{_name}"
    setattr(Table, _name, _function)
