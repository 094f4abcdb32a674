"""Classes of libraries that may not be in use."""

from __future__ import annotations

import pandas as pd

from ws_notebook.tools.values.loaded import loaded

__all__: list[str] = []


def test_a_library_that_is_not_in_use_has_no_types() -> None:
    assert loaded("no_such_library", "Thing") == ()
    assert loaded("pandas", "DataFrame") is pd.DataFrame
    assert not isinstance(1, loaded("no_such_library", "Thing"))
