from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import Notebook

from ws_notebook.magics.options import OPTIONS
from ws_notebook.magics.subcommands import SUBCOMMANDS

__all__: list[str] = []

FLAGS = [flag for option in OPTIONS for flag in option.flags]
NAMES = """
import ws_notebook as wsn
mine = wsn.Session(provider="local")
@wsn.tool
def add(a: int, b: int) -> int: "Add."
@wsn.tool
def adieu() -> str: "Leave."
@wsn.tool
def divide(a: int, b: int) -> float: "Divide."
"""
Complete = Callable[[str], list[str]]


@pytest.fixture(params=[True, False], ids=["jedi", "no-jedi"])
def complete(request: pytest.FixtureRequest, shell: InteractiveShell) -> Complete:
    """What Tab offers at the end of the code, with and without Jedi: the last line up to there, for each."""
    shell.run_cell(NAMES).raise_error()
    completer = shell.Completer
    completer.use_jedi = request.param

    def offered(code: str) -> list[str]:
        with provisionalcompleter():
            found = list(completer.completions(code, len(code)))
        return [code[: each.start].rpartition("\n")[2] + each.text for each in found]

    return offered


def test_flags_are_offered_behind_the_magic(complete: Complete) -> None:
    assert complete("%%responses ") == [f"%%responses {flag}" for flag in FLAGS]
    assert complete("%%responses --no") == ["%%responses --no-tools"]
    assert complete("%%responses -m demo --max") == ["%%responses -m demo --max-turns"]


def test_a_flag_that_was_given_is_offered_again_only_where_it_may_be(complete: Complete) -> None:
    assert complete("%%responses --raw --set a=1 --") == [
        f"%%responses --raw --set a=1 {flag}" for flag in FLAGS if flag.startswith("--") and flag != "--raw"
    ]


def test_tools_are_offered_one_after_another(complete: Complete) -> None:
    assert complete("%%responses -t ") == ["%%responses -t add", "%%responses -t adieu", "%%responses -t divide"]
    assert complete("%%responses -t ad") == ["%%responses -t add", "%%responses -t adieu"]
    assert complete("%%responses --tools add,") == ["%%responses --tools add,adieu", "%%responses --tools add,divide"]
    assert complete("%%responses -t add,d") == ["%%responses -t add,divide"]
    assert complete("%%responses -t add,web_search") == ["%%responses -t add,web_search_preview"]


def test_sessions_choices_and_efforts_are_offered_behind_their_flags(complete: Complete) -> None:
    assert complete("%%responses -s ") == ["%%responses -s mine"]
    assert complete("%%responses --session m") == ["%%responses --session mine"]
    assert complete("%%responses --view ") == [
        f"%%responses --view {view}" for view in ("auto", "live", "text", "none")
    ]
    assert complete("%%responses --transport h") == ["%%responses --transport http"]
    assert complete("%%responses --effort mi") == ["%%responses --effort minimal"]


def test_runs_and_variables_are_offered_behind_from(complete: Complete, shell: InteractiveShell) -> None:
    shell.run_cell('%%responses --view none -o kept\nsay "one"').raise_error()
    shell.run_cell("theirs = mine.ask('say \"two\"')\nmine.ask('say \"three\"');").raise_error()
    assert complete("%%responses --from ") == [f"%%responses --from {ref}" for ref in ("r1", "kept", "theirs")]
    assert complete("%%responses -s mine --from r") == [
        "%%responses -s mine --from r2",
        "%%responses -s mine --from r1",
    ]
    assert complete("%responses timeline r") == ["%responses timeline r1"]
    assert complete("%responses timeline -s mine r") == [
        "%responses timeline -s mine r2", "%responses timeline -s mine r1"
    ]  # fmt: skip


def test_subcommands_and_what_they_take_are_offered(complete: Complete) -> None:
    assert complete("%responses ") == [f"%responses {word}" for word in (*SUBCOMMANDS, "-s", "--transport")]
    assert complete("%responses ti") == ["%responses timeline"]
    assert complete("%responses turns -s ") == ["%responses turns -s mine"]
    assert complete("%responses turns --transport w") == ["%responses turns --transport websocket"]
    assert complete("%responses turns -") == ["%responses turns -s", "%responses turns --transport"]
    assert complete("%responses connect op")[:2] == ["%responses connect openai", "%responses connect open"]
    assert complete("%responses doctor openai:e") == ["%responses doctor openai:eu"]
    assert complete("x = 1\n%responses st") == ["%responses status"]


def test_other_lines_are_none_of_its_business(complete: Complete) -> None:
    for code in ("%%responses -m demo\nUse -", "%%time -", "%%responses2 -", "x = -"):
        assert not any(line.endswith(tuple(FLAGS)) for line in complete(code))
    assert "%%responses" in complete("%%respon")


def test_looking_makes_no_session(shell: InteractiveShell, complete: Complete) -> None:
    magics = shell.magics_manager.registry["ResponsesMagics"]
    for line in ("%%responses --from ", "%%responses -t ", "%responses timeline r"):
        complete(line)
    assert magics.sessions.known() == []


def test_unloading_takes_the_completions_away(shell: InteractiveShell, complete: Complete) -> None:
    shell.run_line_magic("unload_ext", "ws_notebook")
    assert shell.Completer.custom_matchers == []
    assert not any(line.endswith("--raw") for line in complete("%%responses --r"))
    shell.run_line_magic("load_ext", "ws_notebook")
    assert complete("%%responses --r") == ["%%responses --raw"]


def test_a_front_end_is_offered_them_by_its_kernel(kernel: Notebook) -> None:
    kernel.run(NAMES)
    assert kernel.complete("%%responses --ins") == ["%%responses --instructions"]
    assert kernel.complete("%%responses -t add,ad") == ["%%responses -t add,adieu"]
    assert kernel.complete("%responses lat") == ["%responses latency"]


MORE_NAMES = """
from pathlib import Path
from dataclasses import dataclass
from matplotlib.figure import Figure
@dataclass
class City:
    name: str
fig, word = Figure(), "no picture"
"""


def test_types_pictures_fields_and_models_are_offered(
    complete: Complete, shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The shell keeps files of its own in tmp_path.
    tmp_path = tmp_path / "here"
    tmp_path.mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plot.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    shell.run_cell(MORE_NAMES).raise_error()
    assert complete("%%responses --format Ci") == ["%%responses --format City"]
    assert complete("%%responses --format list[Ci") == ["%%responses --format list[City"]
    assert "%%responses --format list[str]" in complete("%%responses --format ")
    assert complete("%%responses --image ") == ["%%responses --image fig", "%%responses --image plot.png"]
    assert complete("%%responses --set reasoning.s") == ["%%responses --set reasoning.summary="]
    assert complete("%%responses --set text.verbosity=l") == ["%%responses --set text.verbosity=low"]
    assert complete("%%responses -m d") == ["%%responses -m demo"]


def test_behind_an_option_code_is_offered_only_inside_of_an_expression(
    complete: Complete, shell: InteractiveShell
) -> None:
    # Nothing but what is there.
    for line in ("%%responses -o ", "%%responses -o an", "%%responses --image imp", "%%responses -i wh"):
        assert complete(line) == [line]
    shell.run_cell_magic("responses", "-o answer --view none", 'say "yes"')
    assert complete("%%responses -o ") == ["%%responses -o answer"]
    shell.run_cell("word = 'x'").raise_error()
    # Without Jedi the shell has nothing to say to this.
    assert complete("%%responses --image word.upp") in ([], ["%%responses --image word.upper"])


def test_subcommands_have_options_and_files_of_their_own(
    complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path = tmp_path / "here"
    tmp_path.mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.jsonl").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    assert complete("%responses replay t") == ["%responses replay talk.jsonl"]
    assert complete("%responses record ")[:3] == [
        f"%responses record {each}" for each in ("stop", "folder/", "talk.jsonl")
    ]
    assert complete("%responses replay talk.jsonl --tools r") == ["%responses replay talk.jsonl --tools recorded"]
    assert complete("%responses replay talk.jsonl --sp") == ["%responses replay talk.jsonl --speed"]
    assert complete("%responses compare -m d") == ["%responses compare -m demo"]
    assert complete("%responses compare --transport websocket,h") == ["%responses compare --transport websocket,http"]
    assert complete("%responses compare --ways http-full,w") == [
        "%responses compare --ways http-full,websocket",
        "%responses compare --ways http-full,websocket-full",
    ]
    assert complete("%responses compare --ro") == ["%responses compare --rounds"]
    assert "%responses turns --speed" not in complete("%responses turns ")


def test_a_rule_of_a_fault_is_completed_word_by_word(complete: Complete) -> None:
    assert complete("%responses fault dr") == ["%responses fault drop"]
    assert complete("%responses fault of") == ["%responses fault off"]
    assert complete('%responses fault "du') == ['%responses fault "duplicate']
    assert complete("%responses fault drop a") == ["%responses fault drop at"]
    assert complete("%responses fault stall 2 a") == ["%responses fault stall 2 at"]
    assert complete('%responses fault "drop at response.output_t') == [
        '%responses fault "drop at response.output_text.delta'
    ]
    assert complete("%responses fault drop at response.created e") == [
        "%responses fault drop at response.created every"
    ]


def test_scenes_are_completed_as_models(complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("")
    assert "%%responses -m scene:first-contact" in complete("%%responses -m scene:fi")
    assert "%%responses -m scene:mine.yaml" in complete("%%responses -m scene:mi")
