from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import Notebook

from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.options import OPTIONS
from ws_notebook.magics.report import Report
from ws_notebook.magics.subcommands import SUBCOMMANDS, magic_help
from ws_notebook.manual import address

__all__: list[str] = []

TOOLS = '''
import ws_notebook as wsn
@wsn.tool
def add(a: int, b: int) -> int:
    """Add two numbers.

    More about it."""
    return a + b
@wsn.tool
def fail() -> int:
    "Always raise."
    raise RuntimeError("broken")
'''


def say(shell: InteractiveShell, line: str) -> Any:
    return shell.run_line_magic("responses", line)


def ask(shell: InteractiveShell, prompt: str, options: str = "") -> Any:
    return shell.run_cell_magic("responses", f"--view none {options}", prompt)


def rows(report: Report) -> dict[str, str]:
    return dict(report.rows)


def test_the_doctor_examines_what_the_cells_use(shell: InteractiveShell) -> None:
    found = {each.subject: each for each in say(shell, "doctor").findings}
    assert (found["sessions"].state, found["provider"].said.startswith("local at")) == ("ok", True)
    named = say(shell, "doctor http://127.0.0.1:9/v1")
    assert not named.ok
    with pytest.raises(SettingsError, match="Did you mean 'openai'"):
        say(shell, "doctor opnai")


def test_the_help_lists_every_option_and_subcommand_in_lines_that_fit() -> None:
    text = magic_help()
    listed = [line.split()[0].rstrip(",") for line in text.splitlines() if line.startswith("  ")]
    assert listed == [*(option.flags[0] for option in OPTIONS), *SUBCOMMANDS]
    assert max(map(len, text.splitlines())) <= 100
    assert all(option.help in text for option in OPTIONS)


def test_the_help_says_how_braces_are_read() -> None:
    text = magic_help()
    assert "{{expr}} sends {expr}" in text
    assert "{{{expr}}} sends the value in braces" in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("statsu", ("no subcommand 'statsu'", "Did you mean status?", "Known are")),
        ("What can you do?", ("no subcommand 'What'", "write %%responses and the prompt")),
        ("turns r1", ("turns: 'r1' has no meaning",)),
        ("status -s", ("-s needs a word",)),
        ("-s", ("name what to do, as in %responses status -s NAME",)),
        ("-s mine", ("as in %responses status -s mine",)),
        ("-s nobody turns", ("'nobody' does not hold a Session",)),
        ("status -s nobody", ("'nobody' does not hold a Session", "nobody = wsn.Session()")),
        ("status -s x --transport http", ("its own transport",)),
        ("status --transport carrier", ("--transport", "'carrier'")),
        ("timeline", ("no run yet",)),
        ("timeline 'r1", ("quotation mark",)),
        ("connect nowhere", ("Unknown provider 'nowhere'",)),
    ],
)
def test_a_wrong_line_is_answered_with_what_is_right(
    shell: InteractiveShell, line: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as caught:
        say(shell, line)
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("line", ["", "help", "--help"])
def test_help_lists_the_options(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert say(shell, line) is None
    out = capsys.readouterr().out
    assert "--instructions TEXT" in out
    assert "latency" in out


def test_status_contacts_nothing_and_then_tells_what_was_done(shell: InteractiveShell) -> None:
    before = rows(say(shell, "status"))
    assert before["provider"] == "local (embedded server: a script, no AI)"
    assert (before["model"], before["state"], before["connections opened"]) == ("demo", "idle", "0")
    shell.run_cell(TOOLS)
    ask(shell, "call add(1, 2)")
    after = rows(say(shell, "status"))
    assert (after["state"], after["connections opened"], after["runs · turns · calls"]) == ("open", "1", "1 · 2 · 1")
    assert after["transport"] == "websocket"


def test_status_tells_what_compression_saved(shell: InteractiveShell) -> None:
    assert "compression" not in rows(say(shell, "status"))
    shell.run_cell("import ws_notebook as wsn; mine = wsn.Session(provider='local', compression='deflate')")
    shell.run_cell_magic("responses", "-s mine", f'say "{"word " * 300}"')
    told = rows(say(shell, "status -s mine"))["compression"]
    assert told.startswith("permessage-deflate, with context both ways: ")
    assert "bytes went as" in told
    shell.run_cell("mine.close()")


def test_status_names_the_model_that_was_configured(shell: InteractiveShell) -> None:
    say(shell, "status")
    shell.run_line_magic("config", 'ResponsesMagics.model = "other"')
    assert rows(say(shell, "status"))["model"] == "other"


def test_tools_are_listed_with_calls_errors_and_median_time(shell: InteractiveShell) -> None:
    assert say(shell, "tools").rows == []
    shell.run_cell(TOOLS)
    assert say(shell, "tools").rows == [
        ("add", "0", "0", "", "Add two numbers."),
        ("fail", "0", "0", "", "Always raise."),
    ]
    ask(shell, "call add(1, 2) and fail() and add(3, 4)")
    add, fail = say(shell, "tools").rows
    assert add[:3] == ("add", "2", "0")
    assert add[3].endswith("ms")
    assert fail == ("fail", "1", "1", "", "Always raise.")


def test_turns_and_frames_are_tables(shell: InteractiveShell) -> None:
    run = ask(shell, 'say "yes"')
    turns, frames = say(shell, "turns"), say(shell, "frames")
    assert isinstance(turns, pd.DataFrame)
    assert list(turns.turn) == [run.turns[0].id]
    assert set(frames.direction) == {"sent", "received"}


def test_another_session_is_named_by_its_variable_or_its_transport(shell: InteractiveShell) -> None:
    shell.run_cell('import ws_notebook as wsn\nmine = wsn.Session(provider="local")\nmine.ask(\'say "yes"\');')
    ask(shell, 'say "yes"', "--transport http")
    assert [len(say(shell, line)) for line in ("turns", "turns -s mine", "turns --transport http")] == [0, 1, 1]
    assert set(say(shell, "turns --transport http").transport) == {"http"}


def test_charts_are_pictures_that_a_saved_notebook_keeps(shell: InteractiveShell) -> None:
    ask(shell, 'say "yes"')
    run = ask(shell, 'say "no"')
    for line in ("latency", "timeline", "timeline r1"):
        data = say(shell, line)._repr_mimebundle_()
        assert set(data) == {"text/html", "text/plain"}
        assert "data:image/svg+xml;base64," in data["text/html"]
    assert run.turns[0].id in say(shell, "latency").data["text/plain"]
    with pytest.raises(SettingsError, match=r"no run 'r9'\. The latest is r2"):
        say(shell, "timeline r9")


def test_reset_forgets_every_run(shell: InteractiveShell) -> None:
    ask(shell, "My name is Ada.")
    assert say(shell, "reset") is None
    assert len(say(shell, "turns")) == 0
    assert ask(shell, "What is my name?").parent is None


def test_cancel_stops_what_goes_on(shell: InteractiveShell) -> None:
    shell.run_cell(
        'import ws_notebook as wsn\nmine = wsn.Session(provider="local")\nrun = mine.start("think 60 seconds")'
    )
    run = shell.user_ns["run"]
    stopped = say(shell, "cancel -s mine")
    assert run.status == "cancelled"
    assert [name for name, _ in stopped.rows] == [run.id]
    assert rows(say(shell, "cancel -s mine")) == {"nothing": "no run was in progress"}
    assert "stopped" in rows(say(shell, "status -s mine"))


def test_connect_where_nobody_can_type_names_the_variable(kernel: Notebook) -> None:
    cell = kernel.run("%responses connect xai", fails=True)
    words, _, link = cell.message.partition(" More: ")
    assert words == "SettingsError: Nobody can type a key here. Set XAI_API_KEY in the environment instead."
    assert link == address("the-key")


def test_warm_up_connects_with_the_notebooks_tools_and_the_next_cell_goes_on_from_it(shell: InteractiveShell) -> None:
    shell.run_cell(TOOLS)
    assert rows(say(shell, "warm_up"))["provider"] == "local"
    run = ask(shell, "call add(a=1, b=2)")
    assert run.tool_calls[0].output == "3"
    assert run.turns[0].parent_id == run.parent.response_id is not None


def test_compact_makes_the_history_short_and_trace_writes_it(shell: InteractiveShell, tmp_path: Path) -> None:
    ask(shell, 'say "one"')
    short = say(shell, "compact")
    assert short.items[-1].type == "compaction"
    assert ask(shell, 'say "two"').parent is short
    with pytest.raises(SettingsError, match=r"trace session\.json"):
        say(shell, "trace")
    with pytest.raises(SettingsError, match="a folder that is there"):
        say(shell, f"trace {tmp_path / 'nowhere' / 'session.json'}")
    file = tmp_path / "session.json"
    assert rows(say(shell, f"trace {file}"))["file"] == str(file)
    assert file.stat().st_size > 100


def test_the_timeline_of_a_run_in_progress_is_its_live_view_and_a_picture_comes_afterwards(kernel: Notebook) -> None:
    kernel.run("going = wsn.Session(provider='local')\nrun = going.start('write 60 words')", "t1")
    cell = kernel.run("%responses timeline -s going", "t2")
    run = "application/vnd.ws-notebook.run.v1+json"
    kernel.until_shown(cell, lambda cell: [each[run]["status"] for each in cell.shown if run in each] == ["completed"])
    (picture,) = kernel.run("%responses timeline -s going", "t3").shown
    assert set(picture) == {"text/html", "text/plain"}


@pytest.mark.parametrize("line", ["?", "status?", "compare ?", "history ??", "compare?"])
def test_a_question_mark_behind_a_subcommand_asks_for_help(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    assert say(shell, line) is None
    assert "--instructions TEXT" in capsys.readouterr().out


def test_a_prompt_to_compare_may_end_in_a_question_mark(shell: InteractiveShell) -> None:
    brief = "--rounds 1 --ways websocket,http-full"
    done = shell.run_cell(f'found = %responses compare {brief} say "hi" and what else?')
    assert done.error_in_exec is None
    asked = shell.user_ns["found"].runs
    assert [run.prompt for runs in asked.values() for run in runs] == ['say "hi" and what else?'] * 2
    shown = shell.run_cell(f'%responses compare {brief} say "hi", why?').result
    assert [run.prompt for runs in shown.runs.values() for run in runs] == ['say "hi", why?'] * 2


def test_a_second_prompt_in_a_cell_is_refused_and_nothing_is_sent(shell: InteractiveShell) -> None:
    asked = shell.run_cell("%%responses --view none\nOne?\n\n%%responses --new\nTwo?\n")
    assert isinstance(asked.error_in_exec, SettingsError)
    assert "Line 4 of this cell" in str(asked.error_in_exec)
    made = shell.run_cell("%%tool\ndef f(n: int) -> int:\n    return n\n%%responses\nUse it.\n")
    assert isinstance(made.error_in_exec, SettingsError)
    assert "f" not in shell.user_ns
    assert rows(say(shell, "status"))["runs · turns · calls"].startswith("0 ")
    raw = shell.run_cell("%%responses --raw --view none\nOne?\n%%responses\n").result
    assert raw.prompt == "One?\n%%responses"


def test_what_was_left_as_typed_is_said_in_the_run_and_printed_nowhere(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns["ratio"] = 2 / 3
    run = ask(shell, "Sum up {rato:.1f} and {ratio:.2f}.")
    assert run.prompt == "Sum up {rato:.1f} and 0.67."
    assert run.state.notes == ("{rato:.1f} was sent as typed: there is no rato in the notebook. Did you mean ratio?",)
    assert capsys.readouterr() == ("", "")
    assert "Did you mean ratio?" in run._repr_mimebundle_()["text/html"]
    assert ask(shell, "{rato}", "--raw").state.notes == ()


def test_a_format_that_does_not_fit_sends_nothing(shell: InteractiveShell) -> None:
    shell.user_ns["city"] = "Paris"
    with pytest.raises(ValueError, match="format code"):
        ask(shell, "of {city:.1f}")
    assert rows(say(shell, "status"))["runs · turns · calls"].startswith("0 ")


# Cassettes and comparisons, in a real kernel.

ADD = "@wsn.tool\ndef add(a: int, b: int) -> int:\n    return a + b"


def said(kernel: Notebook, line: str) -> str:
    """What a line magic shows, as text."""
    (shown,) = kernel.run(line).shown
    return str(shown["text/plain"])


def test_what_was_recorded_is_replayed_without_the_provider(kernel: Notebook, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    kernel.run(ADD)
    assert "begin with" in said(kernel, "%responses record")
    assert str(path) in said(kernel, f"%responses record {path}")
    first = kernel.run("%%responses\ncall add(a=2, b=3)").run["text"]
    assert "%responses record stop" in said(kernel, "%responses record")
    assert "frames" in said(kernel, "%responses record stop")
    kernel.run("%%responses\nsay 'not recorded'")
    before = kernel.value("_.id")

    shown = said(kernel, f"%responses replay {path} --speed 0")
    assert "at once" in shown
    again = kernel.run("%%responses\ncall add(a=2, b=3)").run
    assert again["text"] == first
    assert again["session"]["transport"] == "replay"
    assert "replay of a recording" in said(kernel, "%responses status")
    assert "holds no answer to “hm”" in kernel.run("%%responses\nhm", fails=True).message
    assert "none is run" in said(kernel, f"%responses replay {path} --speed 0 --tools recorded")
    unrun = kernel.run("%%responses --no-tools\ncall add(a=2, b=3)").run
    assert (unrun["text"], unrun["turns"][0]["calls"][0]["output"]) == (first, "5")
    kernel.run("%responses replay stop")
    assert kernel.run("%%responses\nsay 'yes'").run["session"]["transport"] == "websocket"
    assert kernel.value("_.parent.id") == before


def test_the_latest_question_another_one_or_a_new_one_is_compared(kernel: Notebook) -> None:
    kernel.run("%%responses -o first\nsay 'one'")
    kernel.run("%%responses\nsay 'two'")
    first = kernel.value("first.id")
    for line, text in (("", "two"), (first, "one"), ("say 'three'", "three"), ("\"say 'it'\"", "it")):
        kernel.run(f"found = %responses compare --rounds 1 --ways websocket,http-full {line}")
        assert kernel.value("[run.text for runs in found.runs.values() for run in runs]") == [text, text]
    assert kernel.value("list(found.runs)") == ["websocket", "http full"]
    kernel.run("found = %responses compare --rounds 1 --transport websocket,http --turns 3 --output 50")
    assert kernel.value("list(found.table['calls'])") == [3.0, 3.0]
    assert "other failed 1 time" in said(
        kernel, "%responses compare --rounds 1 --transport http -m demo,other 'say hi'"
    )


def test_mistakes_are_told_in_one_line(kernel: Notebook) -> None:
    kernel.run("%responses reset")
    for line, words in (
        ("compare --turns few", "takes a whole number"),
        ("compare --ways carrier x", "not 'carrier'"),
        ("compare --transport carrier x", "not 'carrier'"),
        ("compare -m demo --rounds 1 --ways websocket,http x", "The answers are the same"),
        ("record stop", "nothing is being recorded"),
        ("record /no/such/folder/x", "cannot be written"),
        ("replay", "needs a cassette"),
        ("replay /no/such/file", "cannot be read"),
        ("replay x --speed fast", "--speed takes a number"),
        ("replay x --tools none", "tools must be 'live'"),
        ("turns --speed 1", "'--speed' has no meaning there"),
    ):
        fails = not words.startswith("The answers")
        cell = kernel.run(f"%responses {line}", fails=fails)
        assert words in (cell.message if fails else str(cell.shown))


def test_faults_are_set_listed_and_ended(shell: InteractiveShell) -> None:
    say(shell, "fault off")
    assert rows(say(shell, "fault")) == {"none": 'set one: %responses fault "drop at response.output_text.delta 3"'}
    found = rows(say(shell, 'fault "duplicate at response.output_text.delta 3"'))
    assert found["duplicate at response.output_text.delta 3"] == "happened 0 ×, at 0 such events so far"
    run = ask(shell, "write 12 words", "-o run")
    assert "fault: duplicate at response.output_text.delta 3" in repr(run)
    assert rows(say(shell, "fault"))["duplicate at response.output_text.delta 3"].startswith("happened 1 ×")
    several = rows(say(shell, "fault drop at error; 'stall 1 at error 2'"))
    assert list(several)[:2] == ["drop at error", "stall 1 at error 2"]
    with pytest.raises(SettingsError, match="Did you mean 'drop'"):
        say(shell, "fault drp at error")
    assert "%responses reset" in rows(say(shell, "fault refuse 503 at upgrade"))["note"]
    assert rows(say(shell, "fault off")) == {"none": "everything goes well again"}
    assert say(shell, "fault widget").rules == []
