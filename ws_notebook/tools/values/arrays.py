"""Arrays of numpy, scipy and xarray as lists and dicts, with their shape where that would not be seen."""

from __future__ import annotations

import math
import sys
from typing import Any

from ws_notebook.tools.values.cut import Notes
from ws_notebook.tools.values.loaded import loaded

__all__ = ["array_data", "is_array"]

_SMALL = 400
"""Elements of a sparse array that is written out, zeros and all."""


def is_array(value: Any) -> bool:
    """Whether `array_data` takes the value: an array, or what makes one of itself."""
    if isinstance(value, type):
        return False
    return isinstance(value, (*_labelled(), loaded("numpy", "ndarray"), loaded("numpy", "void"))) or (
        _is_sparse(value) or (sys.modules.get("numpy") is not None and hasattr(type(value), "__array__"))
    )


def array_data(array: Any, limit: int, notes: Notes) -> Any:
    """The array as lists, of which the elements may have to be converted further, or as a dict that describes it.

    An array that cannot fit into `limit` characters is shortened, with a note.
    """
    if isinstance(array, _labelled()):
        return _labels(array, limit, notes)
    if _is_sparse(array):
        return _sparse(array, limit, notes)
    if isinstance(array, loaded("numpy", "void")):
        return _record(array)
    if not isinstance(array, loaded("numpy", "ndarray")):
        array = sys.modules["numpy"].asarray(array)
    most = max(limit // 2, 1)  # every element takes two characters or more
    if array.size > most:
        note = f"array of shape {array.shape}, {array.dtype}; the first {most:,} of {array.size:,} values"
        notes.append(note)
        return {"note": note, "values": _listed(array.ravel()[:most])}
    return _listed(array)


def _listed(array: Any) -> Any:
    """Nested lists. Elements that Python's own types do not hold exactly stay numpy's, to be converted one by one."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    is_masked = isinstance(array, loaded("numpy.ma", "MaskedArray"))
    return _nested(array) if is_masked or kind in "VMmS" or (kind == "f" and size != 8) else array.tolist()


def _nested(array: Any) -> Any:
    if array.ndim == 0:
        return array[()] if array.dtype.names is None else _record(array)
    return [_nested(part) if getattr(part, "ndim", 0) else part for part in array]


def _record(element: Any) -> Any:
    """One element of a structured array by the names of its fields; one without fields as it is written."""
    names = element.dtype.names
    return {name: element[name] for name in names} if names is not None else str(element)


def _is_sparse(value: Any) -> bool:
    return isinstance(value, (loaded("scipy.sparse", "spmatrix"), loaded("scipy.sparse", "sparray")))


def _sparse(array: Any, limit: int, notes: Notes) -> dict[str, Any]:
    """Its kind and shape, with all elements of a small one, else the places and values of those stored."""
    size = math.prod(map(int, array.shape))
    about = {"sparse": type(array).__name__, "shape": list(array.shape), "dtype": str(array.dtype)}
    if size <= _SMALL:
        return {**about, "values": _listed(array.toarray())}
    found = array.tocoo(copy=True)
    found.sum_duplicates()
    coordinates = getattr(found, "coords", None) or (found.row, found.col)
    most = max(limit // (2 * (len(coordinates) + 1)), 1)
    stored = len(found.data)
    note = "all others are 0"
    if stored > most:
        note = f"the first {most:,} of {stored:,} stored elements; all others are 0"
        notes.append(note)
    return {
        **about,
        "stored": stored,
        "note": note,
        "coordinates": [list(map(int, place)) for place in zip(*(axis[:most] for axis in coordinates), strict=True)],
        "values": _listed(found.data[:most]),
    }


def _labelled() -> tuple[Any, ...]:
    return loaded("xarray", "DataArray"), loaded("xarray", "Dataset")


def _labels(array: Any, limit: int, notes: Notes) -> Any:
    """xarray's own description, with dimensions and coordinates; its summary where it is too large."""
    parts = getattr(array, "data_vars", {}).values() or (array,)
    if sum(int(part.size) for part in parts) > max(limit // 2, 1):
        notes.append("a summary")
        return {"note": "too large to be written out; this is its summary", "summary": str(array)}
    return array.to_dict(data="array")
