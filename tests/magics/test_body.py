from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ws_notebook.magics.body import with_body

__all__: list[str] = []


@pytest.mark.parametrize("line", ["%%responses", "%%responses\n", "%%responses -m demo Hello"])
def test_a_lone_first_line_gets_an_empty_body(line: str) -> None:
    assert with_body([line]) == [line.rstrip("\n") + "\n", "\n"]


@pytest.mark.parametrize(
    "lines",
    [[], ["%%responses\n", "Hello"], ["%%responses?"], ["%%responses??\n"], ["%%responses2\n"], ["%responses\n"],
     ["x = 1\n"], ["\n", "%%responses"]],
)  # fmt: skip
def test_every_other_cell_stays_as_it_is(lines: list[str]) -> None:
    assert with_body(lines) == lines


def test_a_terminal_still_waits_for_the_body() -> None:
    manager = TransformerManager()
    manager.cleanup_transforms.append(with_body)
    assert manager.check_complete("%%responses") == ("incomplete", 0)
    assert manager.check_complete("%%responses\nHello\n\n")[0] == "complete"
    assert manager.transform_cell("%%responses") == "get_ipython().run_cell_magic('responses', '', '\\n')\n"
