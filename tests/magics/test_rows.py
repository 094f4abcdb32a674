"""`%%responses --map`: rows of a variable, answers in a variable, and Tab."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from ws_notebook import SettingsError
from ws_notebook.batch.batch import Batch
from ws_notebook.magics.options import parse_cell_options
from ws_notebook.magics.rows import RowsAsked

__all__: list[str] = []


@pytest.fixture
def table(shell: InteractiveShell) -> pd.DataFrame:
    frame = pd.DataFrame({"city": ["Oslo", "Rome"], "unit price": [1, 2]}, index=["a", "b"])
    shell.user_ns["df"] = frame
    return frame


def test_a_cell_asks_over_rows_and_keeps_the_answers(shell: InteractiveShell, table: pd.DataFrame) -> None:
    shell.user_ns["greeting"] = "Hello"
    result = shell.run_cell('%%responses --map df --into df2 -o batch\nsay "{greeting} {city}"')
    assert isinstance(result.result, Batch)
    assert shell.user_ns["batch"] is result.result
    assert shell.user_ns["df2"].answer.to_dict() == {"a": "Hello Oslo", "b": "Hello Rome"}


def test_answers_have_a_type_and_tools(shell: InteractiveShell, table: pd.DataFrame) -> None:
    shell.run_cell(
        "import ws_notebook as wsn\n@wsn.tool\ndef size(city: str) -> int:\n    'Size.'\n    return len(city)"
    )
    shell.run_cell("%%responses --map df --into df2 --format int\ncall size({city!r})")
    assert shell.user_ns["df2"].status.tolist() == ["completed"] * 2
    assert shell.user_ns["df2"].answer.tolist() == [4, 4]


def test_a_prompt_without_columns_has_the_chosen_ones_below(shell: InteractiveShell, table: pd.DataFrame) -> None:
    names = {"df": table}
    asked = RowsAsked("\nClassify it.\n", parse_cell_options("--map df --columns city"), names)
    assert asked.prompt == "Classify it.\n\ncity: {city}"
    both = RowsAsked("Classify it.", parse_cell_options("--map df"), names)
    assert both.prompt.endswith("city: {city}\nunit price: {row['unit price']}")
    own = RowsAsked("Of {city}.", parse_cell_options("--map df"), names)
    assert own.prompt == "Of {city}."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--into df2", "Name their table: --map df"),
        ("--columns a", "Name their table: --map df"),
        ("--map df --new", "--new has no meaning with --map"),
        ("--map df --from r1", "--from has no meaning with --map"),
        ("--map df --raw", "--raw has no meaning with --map"),
    ],
)
def test_what_does_not_go_together(line: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse_cell_options(line)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%responses --map nothing\n{x}", "there is no 'nothing' in the notebook"),
        ("%%responses --map df --columns town\n{city}", "no column 'town'"),
        ("%%responses --map df\n{town}", "no town among the columns"),
        ("%%responses --map df\n\n", "prompt is empty"),
        ("%%responses --map 5\n{value}", "not a int"),
    ],
)
def test_errors_are_one_line(
    shell: InteractiveShell, table: pd.DataFrame, capsys: pytest.CaptureFixture[str], cell: str, words: str
) -> None:
    result = shell.run_cell(cell)
    assert words in str(result.error_in_exec)


def test_left_to_go_on_its_answers_come_later(shell: InteractiveShell, table: pd.DataFrame) -> None:
    shell.run_cell('%%responses --map df --into df2 --background -o batch\nsay "{city}"')
    batch = shell.user_ns["batch"]
    batch.result()
    while shell.user_ns["df2"].answer.isna().any():
        batch.result()
    assert shell.user_ns["df2"].answer.tolist() == ["Oslo", "Rome"]


def test_tab_offers_tables_and_columns(shell: InteractiveShell, table: pd.DataFrame) -> None:
    shell.user_ns["rows"] = [1, 2]

    def offered(line: str) -> list[str]:
        from ws_notebook.magics.complete import completions

        return completions(shell.magics_manager.registry["ResponsesMagics"].sessions, line)

    assert {"--map"} <= set(offered("%%responses --m"))
    assert {"df", "rows"} <= set(offered("%%responses --map "))
    assert offered("%%responses --map df --columns ci") == ["city"]
    assert "df" in offered("%%responses --map df --into ")
