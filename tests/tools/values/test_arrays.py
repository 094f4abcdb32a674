"""Arrays of numpy, scipy and xarray."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ws_notebook.tools.values.arrays import array_data, is_array
from ws_notebook.tools.values.plain import plain

__all__: list[str] = []

PAIRS = np.array([(1, 0.1), (2, np.nan)], dtype=[("n", "i8"), ("share", "f4")])


def test_arrays_and_what_makes_them_are_arrays() -> None:
    assert is_array(np.zeros(2))
    assert is_array(PAIRS[0])
    assert not is_array([1])
    assert not is_array(np.ndarray)


def test_fields_keep_their_names() -> None:
    first, second = {"n": 1, "share": 0.1}, {"n": 2, "share": None}
    assert plain(PAIRS[0]) == first
    assert plain({"a": PAIRS.reshape(2, 1), "b": PAIRS.view(np.recarray)}) == {
        "a": [[first], [second]],
        "b": [first, second],
    }
    inner = np.array([(1, (2, 3))], dtype=[("a", "i4"), ("in", [("p", "i4"), ("q", "i4")])])
    assert plain([inner]) == [[{"a": 1, "in": {"p": 2, "q": 3}}]]


def test_masked_elements_are_null() -> None:
    masked = np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]])
    assert plain(masked) == [[1, None], [3, 4]]
    records = np.ma.array(PAIRS, mask=[(0, 1), (0, 0)])
    assert plain([records[0], np.ma.masked]) == [{"n": 1, "share": None}, None]


def test_durations_and_bytes_are_text() -> None:
    assert plain(np.array([5, "NaT"], dtype="m8[h]")) == ["5 hours", None]
    assert plain(np.array([b"ab"])) == ["ab"]
    assert plain(np.array(5, dtype="m8[h]")) == "5 hours"


@pytest.mark.packages
def test_a_small_sparse_array_is_written_out() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    assert array_data(sparse.csr_matrix([[0, 1], [2, 0]]), 1_000, []) == {
        "sparse": "csr_matrix",
        "shape": [2, 2],
        "dtype": "int64",
        "values": [[0, 1], [2, 0]],
    }


@pytest.mark.packages
def test_a_large_sparse_array_is_its_stored_elements() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    made = sparse.coo_matrix(([1.5, 2.0, 0.5], ([0, 99, 0], [7, 3, 7])), shape=(100, 100))
    found = plain({"a": made})["a"]
    assert (found["shape"], found["stored"], found["note"]) == ([100, 100], 2, "all others are 0")
    assert dict(zip(map(tuple, found["coordinates"]), found["values"], strict=True)) == {(0, 7): 2.0, (99, 3): 2.0}
    assert made.nnz == 3
    cut = array_data(made, 6, [])
    assert cut["note"] == "the first 1 of 2 stored elements; all others are 0"
    assert len(cut["values"]) == len(cut["coordinates"]) == 1


@pytest.mark.packages
def test_a_labelled_array_keeps_its_dimensions_and_coordinates() -> None:
    xarray = pytest.importorskip("xarray")
    array = xarray.DataArray([[1.0, np.nan]], dims=("x", "y"), coords={"y": ["a", "b"]}, attrs={"unit": "m"})
    found = plain(array)
    assert (found["dims"], found["data"], found["attrs"]) == (["x", "y"], [[1.0, None]], {"unit": "m"})
    assert found["coords"]["y"]["data"] == ["a", "b"]
    assert plain(array.to_dataset(name="height"))["data_vars"]["height"]["data"] == [[1.0, None]]
    large = plain(xarray.DataArray(np.zeros(1_000)), limit=100)
    assert "1000" in large["summary"]
    json.dumps(found)
