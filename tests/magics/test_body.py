from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.body import AssignedLine, ResponsesLine, refuse_second_line, with_body

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


def transformed(code: str) -> str:
    manager = TransformerManager()
    manager.token_transformers.extend([ResponsesLine, AssignedLine])
    return manager.transform_cell(code)


@pytest.mark.parametrize(
    "words",
    ["compare What is a monad?", "compare Why??", "compare What's a monad?", 'compare "Is it?"',
     "compare Who (or what?", "status?", "compare -m a,b Which is df?", "compare Is it 5?", "compare Über was?"],
)  # fmt: skip
def test_a_question_mark_at_its_end_is_a_word_of_the_line(words: str) -> None:
    call = f"get_ipython().run_line_magic('responses', {words!r})\n"
    assert transformed(f"%responses {words}") == call
    assert transformed(f"x = 1\n%responses {words}\n") == f"x = 1\n{call}"
    assert transformed(f"%time\n%responses {words}").endswith(call)
    assert transformed(f"found = %responses {words}") == f"found = {call}"
    assert transformed(f"if True:\n    %responses {words}\n") == f"if True:\n    {call}"


def test_every_other_help_is_ipython_s() -> None:
    for line in ("%responses?", "%responses??", "?%responses", "x.y?", "%timeit?", "%responsest x?"):
        assert "run_line_magic('responses'" not in transformed(line)
        assert "pinfo" in transformed(line)
    assert transformed('s = """\n%responses compare Why?\n"""\n') == 's = """\n%responses compare Why?\n"""\n'


@pytest.mark.parametrize("line", ["%%responses", "%%responses -m demo", "%%tool --thread"])
def test_a_second_first_line_in_a_cell_is_refused_with_what_to_do(line: str) -> None:
    with pytest.raises(SettingsError, match=r"^Line 4 of this cell .*into a cell of its own"):
        refuse_second_line(f"Hello\n\n{line}\nAnd you?\n")


@pytest.mark.parametrize(
    "cell",
    ["What does %%responses do?", "%%timeit\nx", "```\n%%responses\nHello\n```\n", " %%responses", "%%responses2"],
)
def test_a_word_or_a_block_of_code_is_no_second_one(cell: str) -> None:
    refuse_second_line(cell)
