# SPDX-License-Identifier: Apache-2.0
"""The Python package, against NumPy."""

import pathlib
import subprocess
import sys
import threading

import numpy
import pytest

import pleach

ROWS, DIM = 400, 24


@pytest.fixture
def rows():
    return numpy.random.default_rng(3).normal(size=(ROWS, DIM)).astype(numpy.float32)


@pytest.fixture
def table(rows, tmp_path):
    pleach.freeze(rows, format="dense_rows<f32>").save(tmp_path / "rows.frozen")
    return pleach.open(tmp_path / "rows.frozen")


def test_a_file_opens_as_what_was_frozen(table, rows, tmp_path):
    assert len(table) == ROWS
    assert table.shape == rows.shape
    assert table.dtype == numpy.float32
    assert table.kind == "dense_rows<f32>"
    assert table.nbytes == (tmp_path / "rows.frozen").stat().st_size
    assert repr(table) == "<pleach.Table dense_rows<f32>, 400 x 24>"
    assert numpy.array_equal(table[:], rows)
    assert numpy.array_equal(pleach.open(str(tmp_path / "rows.frozen"), check=False)[:], rows)


@pytest.mark.parametrize("dtype", [numpy.int8, numpy.int32, numpy.uint32, numpy.int64, numpy.uint64])
def test_rows_are_those_of_the_ids_in_every_integer_type(table, rows, dtype):
    ids = numpy.array([[3, 0, 7], [7, 7, 99]], dtype)
    assert numpy.array_equal(table[ids], rows[ids])
    out = numpy.empty((2, 3, DIM), numpy.float32)
    assert table.gather(ids, out=out) is out
    assert numpy.array_equal(out, rows[ids])


def test_rows_are_indexed_like_an_array(table, rows):
    assert numpy.array_equal(table[5], rows[5])
    assert numpy.array_equal(table[numpy.int64(5)], rows[5])
    assert numpy.array_equal(table[[1, 2]], rows[[1, 2]])
    assert numpy.array_equal(table[10:50:7], rows[10:50:7])
    assert numpy.array_equal(table[::-1], rows[::-1])
    assert table[[]].shape == (0, DIM)
    with pytest.raises(IndexError, match="indexed by ids alone"):
        table[1, 2]


@pytest.mark.parametrize("dtype", [numpy.int32, numpy.uint32, numpy.int64, numpy.uint64])
def test_ids_that_the_table_does_not_have_are_refused_or_treated_as_asked(table, rows, dtype):
    ids = numpy.array([1, ROWS], dtype)
    with pytest.raises(IndexError, match="id 400 at position 1 is not in the table, whose ids are 0 to 400 - 1"):
        table[ids]
    assert numpy.array_equal(table.gather(ids, invalid="zero"), [rows[1], numpy.zeros(DIM)])
    assert numpy.array_equal(table.gather(ids, invalid="clamp"), rows[[1, -1]])
    with pytest.raises(ValueError, match="there are 'refuse', 'zero' and 'clamp'"):
        table.gather(ids, invalid="wrap")


def test_negative_and_huge_ids_do_not_wrap_around(table):
    for bad in (-1, 2**32, 2**32 + 3, -(2**32)):
        with pytest.raises(IndexError, match=f"id {bad} at position 2 "):
            table[[0, 1, bad]]
    with pytest.raises(IndexError, match="id -1 at position 0"):
        table[-1]
    with pytest.raises(ValueError, match="whole numbers"):
        table[[0.5]]


def test_bags_are_sums_means_and_weighted_sums(table, rows):
    ids = numpy.array([3, 3, 8, 1])
    offsets = [0, 2, 2, 4]
    sums = [rows[3] + rows[3], numpy.zeros(DIM), rows[8] + rows[1]]
    numpy.testing.assert_allclose(table.bag(ids, offsets), sums, rtol=1e-6)
    means = [rows[3], numpy.zeros(DIM), (rows[8] + rows[1]) / 2]
    numpy.testing.assert_allclose(table.bag(ids, offsets, mode="mean"), means, rtol=1e-6)
    weighted = table.bag(ids, offsets, [1, 2, 3, -1])
    numpy.testing.assert_allclose(weighted, [3 * rows[3], numpy.zeros(DIM), 3 * rows[8] - rows[1]], rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="offsets must begin with 0 and end with the number of ids, 4"):
        table.bag(ids, [0, 2])
    with pytest.raises(ValueError, match="a mean has no weights"):
        table.bag(ids, offsets, [1, 2, 3, 4], mode="mean")
    with pytest.raises(ValueError, match="offsets are missing"):
        table.bag(ids)


def test_a_csr_matrix_is_bags(table, rows):
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.random(30, ROWS, 0.05, "csr", numpy.float32, 5)
    numpy.testing.assert_allclose(table.bag(matrix), matrix @ rows, rtol=1e-4, atol=1e-5)
    with pytest.raises(TypeError, match="scipy csr matrix"):
        table.bag(sparse.csc_matrix(matrix))


def test_scores_are_products(table, rows):
    numpy.testing.assert_allclose(table.score(rows[3]), rows @ rows[3], rtol=1e-4, atol=1e-5)
    queries = rows[:40].astype(numpy.float64)
    numpy.testing.assert_allclose(table.score(queries), queries @ rows.T, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="the query has 3 elements"):
        table.score(numpy.zeros(3))


def test_the_best_rows_are_those_of_largest_products(table, rows):
    queries = rows[100:140]
    products = queries @ rows.T
    ids, scores = table.top_k(queries, 7)
    assert ids.dtype == numpy.int64 and scores.dtype == numpy.float32
    assert numpy.array_equal(ids, numpy.argsort(-products, axis=1, kind="stable")[:, :7])
    numpy.testing.assert_allclose(scores, numpy.take_along_axis(products, ids, 1), rtol=1e-4, atol=1e-5)
    one, of_one = table.top_k(queries[2], 7)
    assert numpy.array_equal(one, ids[2]) and numpy.array_equal(of_one, scores[2])
    strided = numpy.asfortranarray(queries)
    assert numpy.array_equal(table.top_k(strided, 7)[0], ids)
    wide = numpy.concatenate([queries, queries], axis=1)
    assert numpy.array_equal(table.top_k(wide[:, :DIM], 7)[0], ids)
    assert numpy.array_equal(table.top_k(queries[::-1], 7)[0], ids[::-1])


@pytest.mark.parametrize("dtype", [numpy.int32, numpy.int64])
def test_what_was_seen_is_left_out(table, rows, dtype):
    sparse = pytest.importorskip("scipy.sparse")
    seen = sparse.random(50, ROWS, 0.3, "csr", random_state=7)
    seen.indices = seen.indices[:].astype(dtype)
    seen.indptr = seen.indptr.astype(dtype)
    products = rows[:50] @ rows.T
    products[seen.nonzero()] = -numpy.inf
    ids, _ = table.top_k(rows[:50], 9, exclude=seen)
    assert numpy.array_equal(ids, numpy.argsort(-products, axis=1, kind="stable")[:, :9])
    # In any order, and of which less than asked for is left.
    most = sparse.csr_matrix((numpy.ones(ROWS - 2), numpy.arange(ROWS)[:1:-1], [0, ROWS - 2]), shape=(1, ROWS))
    ids, scores = table.top_k(rows[:1], 5, exclude=most)
    assert set(ids[0][:2]) == {0, 1} and list(ids[0][2:]) == [-1, -1, -1]
    assert numpy.all(numpy.isneginf(scores[0][2:]))
    with pytest.raises(ValueError, match="exclude has 50 rows, but there are 3 queries"):
        table.top_k(rows[:3], 5, exclude=seen)
    with pytest.raises(TypeError, match="scipy csr matrix"):
        table.top_k(rows[:50], 5, exclude=seen.toarray())
    with pytest.raises(ValueError, match="k is 0"):
        table.top_k(rows[:3], 0)


def test_bytes_choose_the_form_that_keeps_the_most(rows, tmp_path):
    table = pleach.freeze(rows, bytes=8_000, queries=rows[:60], k=10)
    report = table.report
    assert report["bytes"] == table.nbytes <= 8_000
    assert report["kind"] == table.kind == max(report["trials"], key=lambda trial: trial["overlap"])["kind"]
    assert 0.5 < report["overlap"] <= 1
    table.save(tmp_path / "small.frozen")
    again = pleach.open(tmp_path / "small.frozen")
    assert again.nbytes == (tmp_path / "small.frozen").stat().st_size == table.nbytes
    assert numpy.array_equal(again[:], table[:])
    assert again.report == {}
    with pytest.raises(ValueError, match="copy the file"):
        again.save(tmp_path / "other.frozen")


def test_density_and_format_and_nothing_are_targets_too(rows):
    assert numpy.count_nonzero(pleach.freeze(rows, density=0.1)[:]) == ROWS * DIM // 10
    assert pleach.freeze(rows, format="dense_rows<n4>").kind == "dense_rows<n4>"
    assert numpy.array_equal(pleach.freeze(rows, tolerance=0)[:], rows)
    assert numpy.array_equal(pleach.freeze(rows.astype(float), tolerance=0)[:], rows)
    with pytest.raises(ValueError, match="there is no format"):
        pleach.freeze(rows, format="origami")
    with pytest.raises(ValueError, match="give either bytes N or density X"):
        pleach.freeze(rows, bytes=9000, density=0.5)
    with pytest.raises(ValueError, match="finite numbers"):
        pleach.freeze(numpy.full((3, 4), numpy.nan))
    with pytest.raises(ValueError, match="nothing to freeze"):
        pleach.freeze(numpy.zeros((0, 4)))
    with pytest.raises(ValueError, match="queries have 3 columns and the rows 24"):
        pleach.freeze(rows, bytes=9000, queries=numpy.zeros((5, 3)))


def test_a_file_of_factors_is_shrunk(rows, tmp_path):
    numpy.save(tmp_path / "rows.npy", rows)
    report = pleach.shrink(tmp_path / "rows.npy", tmp_path / "rows.frozen", bytes=9_000)
    table = pleach.open(tmp_path / "rows.frozen")
    assert report["kind"] == table.kind
    assert report["bytes"] == table.nbytes
    assert numpy.array_equal(table[:], pleach.freeze(rows, bytes=9_000)[:])
    with pytest.raises(ValueError, match="neither an npy nor a safetensors file"):
        (tmp_path / "words").write_text("these are words")
        pleach.shrink(tmp_path / "words", tmp_path / "out", bytes=9_000)


def test_bad_files_are_refused_with_the_reason(tmp_path, rows):
    with pytest.raises(FileNotFoundError):
        pleach.open(tmp_path / "nothing")
    (tmp_path / "words").write_text("these are words, and no table")
    with pytest.raises(ValueError, match="cannot read"):
        pleach.open(tmp_path / "words")
    pleach.freeze(rows).save(tmp_path / "good")
    damaged = bytearray((tmp_path / "good").read_bytes())
    damaged[-200] ^= 1
    (tmp_path / "bad").write_bytes(damaged)
    with pytest.raises(ValueError, match="the data does not match its checksum"):
        pleach.open(tmp_path / "bad")


def test_original_ids_are_kept_in_the_file(rows, tmp_path):
    names = [f"item {i}" for i in range(ROWS - 2)] + ["b\u00e4r", "\udcff"]
    table = pleach.freeze(rows, bytes=16_000, ids=names, k=5)
    assert table.nbytes == table.report["bytes"] <= 16_000
    table.save(tmp_path / "items.frozen")
    table = pleach.open(tmp_path / "items.frozen")
    assert table.groups == {"items": ROWS}
    assert table.id_of(5) == "item 5"
    assert table.id_of(numpy.array([ROWS - 1, ROWS - 2, 0])) == ["\udcff", "b\u00e4r", "item 0"]
    assert table.row_of("b\u00e4r") == ROWS - 2
    assert table.row_of(["item 9", "\udcff"]).tolist() == [9, ROWS - 1]
    assert table.row_of("item 9", group="items") == 9
    with pytest.raises(KeyError, match="there is no id 'item 999'"):
        table.row_of(["item 9", "item 999"])
    with pytest.raises(IndexError, match="id 400 at position 0"):
        table.id_of(ROWS)
    numbers = pleach.freeze(rows[:3], ids=[17, 4, 9], group="films")
    assert numbers.groups == {"films": 3}
    assert numbers.id_of([0, 1, 2]) == ["17", "4", "9"]
    assert numbers.row_of(4) == 1 and numbers.row_of(numpy.array([9, 17])).tolist() == [2, 0]
    plain = pleach.freeze(rows[:3])
    assert plain.groups == {}
    with pytest.raises(ValueError, match="no original ids"):
        plain.id_of(0)
    with pytest.raises(ValueError, match="there are 2 ids, but 3 rows"):
        pleach.freeze(rows[:3], ids=["a", "b"])
    with pytest.raises(ValueError, match='the id "a" occurs twice'):
        pleach.freeze(rows[:3], ids=["a", "b", "a"])
    with pytest.raises(ValueError, match="the ids alone take"):
        pleach.freeze(rows, ids=names, bytes=5_000)


def test_outputs_of_another_shape_are_refused(table):
    with pytest.raises(ValueError, match="out is 2 x 24, but 3 x 24 are needed"):
        table.gather([1, 2, 3], out=numpy.empty((2, DIM), numpy.float32))
    with pytest.raises(ValueError, match="float32 in C order"):
        table.gather([1, 2, 3], out=numpy.empty((3, DIM)))


def test_many_threads_read_one_table(table, rows):
    expected = table.top_k(rows, 5)[0]
    results = [None] * 4

    def work(i):
        results[i] = numpy.array_equal(table.top_k(rows, 5)[0], expected) and numpy.array_equal(table[:], rows)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4


def test_types_and_docstrings_are_there():
    folder = pathlib.Path(pleach.__file__).parent
    stub = (folder / "__init__.pyi").read_text()
    assert (folder / "py.typed").exists()
    for name in ("open", "freeze", "shrink", "Table"):
        assert f"def {name}" in stub or f"class {name}" in stub
        assert getattr(pleach, name).__doc__
    for name in ("gather", "bag", "score", "top_k", "id_of", "row_of", "save"):
        assert f"def {name}" in stub
        assert getattr(pleach.Table, name).__doc__


def test_factors_of_another_library_are_made_small_and_served(rows, tmp_path):
    sparse = pytest.importorskip("scipy.sparse")
    script = pathlib.Path(__file__).parents[2] / "examples/python/implicit_to_pleach.py"
    users = numpy.random.default_rng(4).normal(size=(50, DIM))
    numpy.savez(tmp_path / "model.npz", user_factors=users, item_factors=rows)
    seen = sparse.random(50, ROWS, 0.2, "csr", random_state=2)
    sparse.save_npz(tmp_path / "seen.npz", seen)
    out = tmp_path / "items.frozen"
    run = subprocess.run(
        [sys.executable, script, tmp_path / "model.npz", "--bytes", "20000", "--seen", tmp_path / "seen.npz", "--user", "7", "--out", out],
        capture_output=True,
        text=True,
        check=True,
    )
    found = [int(line.split()[3].rstrip(",")) for line in run.stdout.splitlines() if line.startswith("user 7: item ")]
    table = pleach.open(out)
    assert table.nbytes <= 20_000
    assert found == table.top_k(users[7:8], 10, exclude=seen[7])[0][0].tolist()
    assert not set(found) & set(seen[7].indices)
