"""The magics in a real kernel, its cells sent as a front end sends them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from magics.shells import MIME, SETUP, Cell, Notebook, notebook

from ws_notebook.magics.stamp import stamp

__all__: list[str] = []

TOOLS = """
@wsn.tool
def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b
@wsn.tool
def population(city: str) -> int:
    "The inhabitants of a city."
    return {"Paris": 2_103_000}[city]
def plain(n: int) -> int:
    return n
"""
MAGICS = "get_ipython().magics_manager.registry['ResponsesMagics']"
LIVE = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def fresh(kernel: Notebook) -> Iterator[None]:
    """Each test begins with a fresh session, the tools, and the defaults."""
    kernel.run("%reset -f\n%reload_ext ws_notebook")
    kernel.run(SETUP + TOOLS)
    yield
    for name, value in {"model": "", "instructions": "", "store": False, "max_turns": 50, "view": "auto"}.items():
        kernel.run(f"%config ResponsesMagics.{name} = {value!r}")


def asked(kernel: Notebook) -> Any:
    """What the latest run was asked, as the request carried it."""
    return kernel.value(
        "(lambda s: {'model': s.model, 'instructions': s.instructions, 'tools': [t['name'] for t in s.tools],"
        " 'store': s.store, 'max_turns': s.max_turns, 'options': dict(s.options)})(_.state.settings)"
    )


def parent(kernel: Notebook) -> Any:
    return kernel.value("_.parent and _.parent.id")


# The result.


@pytest.mark.parametrize("cell_id", [None, "c1"])
def test_a_cell_has_one_output_in_every_form(kernel: Notebook, cell_id: str | None) -> None:
    cell = kernel.run("%%responses\ncall add(a=2, b=3)", cell_id)
    assert len(cell.outputs) == 1
    assert set(cell.outputs[0].data) == {MIME, "text/html", "text/markdown", "text/plain"}
    assert cell.run["status"] == "completed"
    assert "5" in cell.run["text"]


def test_the_result_is_the_run_which_a_later_cell_shows(kernel: Notebook) -> None:
    kernel.run('%%responses -o kept\nsay "once"', "c1")
    assert kernel.value("type(_).__name__, _ is kept, kept.text") == ("Run", True, "once")
    cell = kernel.run("kept")
    assert cell.run["text"] == "once"
    assert len(cell.outputs) == 1


def test_a_prompt_that_ends_like_a_silenced_statement_is_asked_all_the_same(kernel: Notebook) -> None:
    cell = kernel.run('%%responses -o kept\nsay "x = 1;"; ')
    assert cell.run["text"] == "x = 1;"
    assert kernel.value("_ is kept") is True
    assert kernel.run("kept").run["text"] == "x = 1;"


def test_a_failed_run_is_in_its_variable_too(kernel: Notebook) -> None:
    kernel.run("%%responses -o kept -m other\nHello", fails=True)
    assert kernel.value("kept.status, kept.error.code") == ("failed", "model_not_found")


@pytest.mark.parametrize("line", ["%%responses?", "%responses?", "?%%responses"])
def test_a_question_mark_shows_the_options(kernel: Notebook, line: str) -> None:
    (page,) = kernel.run(line).payload
    assert "--instructions TEXT" in page["data"]["text/plain"]


# The options.


def test_a_named_session_is_asked(kernel: Notebook) -> None:
    kernel.run('mine = wsn.Session(provider="local", instructions="Mine.", max_turns=7)')
    kernel.run("%config ResponsesMagics.instructions = 'Theirs.'")
    kernel.run('%%responses -s mine\nsay "yes"')
    assert kernel.value("len(mine.runs), _.session is mine") == (1, True)
    assert asked(kernel)["instructions"] == "Mine."
    assert asked(kernel)["max_turns"] == 7


def test_what_is_no_session_is_answered_with_what_is_near(kernel: Notebook) -> None:
    kernel.run('mine = wsn.Session(provider="local")\nnumber = 3')
    assert kernel.run("%%responses -s mien\nHi", fails=True).message == (
        "SettingsError: 'mien' does not hold a Session. Did you mean mine?"
    )
    assert "number = wsn.Session()" in kernel.run("%%responses -s number\nHi", fails=True).message


def test_a_bare_cell_offers_every_tool_of_the_notebook(kernel: Notebook) -> None:
    kernel.run('%%responses\nsay "yes"')
    assert asked(kernel)["tools"] == ["add", "population"]


@pytest.mark.parametrize(("options", "tools"), [("-t add", ["add"]), ("-t population,add", ["population", "add"]),
                                               ("--no-tools", [])])  # fmt: skip
def test_tools_are_narrowed(kernel: Notebook, options: str, tools: list[str]) -> None:
    kernel.run(f'%%responses {options}\nsay "yes"')
    assert asked(kernel)["tools"] == tools


def test_a_redefined_tool_is_used_at_once(kernel: Notebook) -> None:
    kernel.run("%%responses\ncall add(a=2, b=3)", "c1")
    kernel.run('@wsn.tool\ndef add(a: int, b: int) -> str:\n    "Join."\n    return f"{a}{b}"')
    assert "23" in kernel.run("%%responses\ncall add(a=2, b=3)", "c1").run["text"]


def test_an_unknown_tool_is_answered_with_what_is_near(kernel: Notebook) -> None:
    assert kernel.run("%%responses -t popluation\nHi", fails=True).message == (
        "SettingsError: There is no tool named 'popluation'. Did you mean population? "
        "The notebook has: add, population."
    )
    assert kernel.run("%%responses -t plain\nHi", fails=True).message == (
        "SettingsError: plain is a function but no tool. Put @wsn.tool above its definition and run that cell again."
    )


def test_options_go_into_the_request(kernel: Notebook) -> None:
    kernel.run(
        "%%responses -m demo -i 'Be brief.' --store --max-turns 9 --effort low --set temperature=0.2 --set user=$USER"
        '\nsay "yes"'
    )
    assert asked(kernel) == {
        "model": "demo", "instructions": "Be brief.", "tools": ["add", "population"], "store": True, "max_turns": 9,
        "options": {"temperature": 0.2, "user": "$USER", "reasoning": {"effort": "low"}},
    }  # fmt: skip


def test_the_first_line_is_taken_as_typed(kernel: Notebook) -> None:
    kernel.run("x = 5\nUSER = 'me'")
    kernel.run('%%responses -i "{x} $USER $x {USER}"\nsay "yes"')
    assert asked(kernel)["instructions"] == "{x} $USER $x {USER}"


def test_a_limit_of_turns_ends_the_run_with_advice(kernel: Notebook) -> None:
    cell = kernel.run("%%responses --max-turns 2\n5 times: call add(1, 1)", fails=True)
    assert cell.message.startswith("MaxTurnsExceeded: The model still calls tools after 2 turns.")
    assert cell.run["status"] == "failed"


def test_the_transport_can_be_http(kernel: Notebook) -> None:
    assert kernel.run('%%responses --transport http\nsay "yes"').run["session"]["transport"] == "http"
    assert kernel.run('%%responses\nsay "yes"').run["session"]["transport"] == "websocket"


@pytest.mark.parametrize(
    ("view", "cell_id", "first"),
    [("auto", "c1", LIVE), ("auto", None, "text/markdown"), ("live", None, LIVE), ("text", "c1", "text/markdown")],
)
def test_the_view_is_live_where_the_front_end_sends_a_cell_id(
    kernel: Notebook, view: str, cell_id: str | None, first: str
) -> None:
    sent = kernel.send(f"%%responses --view {view}\nwrite 40 words", cell_id)
    shown = dict(kernel.until(sent, lambda cell: bool(cell.outputs)).shown[0])
    cell = kernel.finish(sent)
    assert (LIVE in shown) is (first == LIVE)
    assert len(cell.run["text"].split()) >= 40


def test_no_view_shows_nothing(kernel: Notebook) -> None:
    assert kernel.run('%%responses --view none\nsay "yes"', "c1").outputs == []
    assert kernel.value("_.text") == "yes"


# The prompt.


def sent_prompt(kernel: Notebook, cell: str) -> str:
    kernel.run(cell)
    return str(kernel.value("_.items[0].content[0].text"))


def test_expressions_of_the_notebook_are_replaced(kernel: Notebook) -> None:
    kernel.run('import pandas as pd\nx = 5\ncity = "Paris"\nframe = pd.DataFrame({"n": [1, 2]})')
    prompt = (
        'Sum {x + 1} {city!r} {missing} {{x}} {{{x}}} {"a": {x}} $x {exit} \\frac{x}{2}:\n{frame}\n{\n  x\n}\nsay "ok"'
    )
    assert sent_prompt(kernel, f"%%responses --no-tools\n{prompt}") == (
        'Sum 6 \'Paris\' {missing} {x} {5} {"a": 5} $x {exit} \\frac{x}{2}:\nn\n1\n2\n{\n  x\n}\nsay "ok"'
    )


def test_raw_replaces_nothing(kernel: Notebook) -> None:
    kernel.run("x = 5")
    assert sent_prompt(kernel, "%%responses --raw\nsay '{x} and {{x}}'") == "say '{x} and {{x}}'"


def test_a_run_keeps_a_stamp_of_the_words_as_typed(kernel: Notebook) -> None:
    kernel.run("x = 5")
    typed = kernel.run("%%responses --no-tools\n\nsay {x}\n").run
    assert typed["source"] == stamp("say {x}")
    assert typed["prompt"] == "say 5"
    assert "source" not in kernel.run("import ws_notebook as wsn\nwsn.Session(provider='local').ask('say hi')").run


def test_lines_around_the_prompt_are_left_out_and_those_in_it_kept(kernel: Notebook) -> None:
    assert sent_prompt(kernel, '%%responses\n\n  say "a\n\nb"\n\n\n') == '  say "a\n\nb"'


def test_an_expression_that_raises_is_told_in_one_paragraph(kernel: Notebook) -> None:
    kernel.run("d = {}")
    cell = kernel.run("%%responses\nTell me of {d['Oslo']}.", fails=True)
    assert cell.outputs == []
    assert cell.message == (
        "KeyError: 'Oslo'. It came of {d['Oslo']} in the prompt. Double the braces, or use --raw, to send it as typed."
    )


@pytest.mark.parametrize("code", ["%%responses", "%%responses\n", "%%responses\n\n  \n", "%%responses -m demo"])
def test_an_empty_prompt_is_asked_for(kernel: Notebook, code: str) -> None:
    assert kernel.run(code, fails=True).message == (
        "SettingsError: The prompt is empty. Write it on the lines below the line of %%responses."
    )


def test_a_prompt_that_became_empty_is_asked_for(kernel: Notebook) -> None:
    kernel.run("nothing = ''")
    assert "The prompt is empty" in kernel.run("%%responses\n{nothing}", fails=True).message


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("%%responses What can you do?", "not 'What'. Put the prompt on the lines below it."),
        ("%%responses --mdoel x\nHi", "no option --mdoel. Did you mean --model?"),
        ("%%responses -i don't\nHi", "a quotation mark"),
        ("%responses What can you do", "write %%responses and the prompt on the lines below it"),
        ("%responses statsu", "Did you mean status?"),
    ],
)
def test_a_wrong_line_is_answered_in_one_paragraph(kernel: Notebook, code: str, words: str) -> None:
    cell = kernel.run(code, fails=True)
    assert words in cell.message
    assert cell.message.startswith("SettingsError: ")
    assert "\n" not in cell.message
    assert cell.outputs == []


# The tree.


def test_a_run_can_be_continued_from_anywhere(kernel: Notebook) -> None:
    kernel.run("%%responses -o first\nMy name is Ada.")
    kernel.run("%%responses\nMy name is Bob.")
    ada = "%%responses --from {}\nWhat is my name?"
    for reference in ("first", "r1", kernel.value("first.response_id")):
        assert "Ada" in kernel.run(ada.format(reference)).run["text"]
        assert parent(kernel) == "r1"
    kernel.run("%%responses --new\nWhat is my name?")
    assert parent(kernel) is None


def test_what_is_no_run_is_answered_with_those_there_are(kernel: Notebook) -> None:
    assert "neither a run (none yet)" in kernel.run("%%responses --from r1\nHi", fails=True).message
    kernel.run('%%responses\nsay "yes"')
    assert "neither a run (r1)" in kernel.run("%%responses --from r9\nHi", fails=True).message
    kernel.run('mine = wsn.Session(provider="local")')
    assert "r1 is a run of another session" in kernel.run("%%responses -s mine --from _\nHi", fails=True).message


def tree(kernel: Notebook) -> list[Any]:
    """For each cell of a page, which cell's run its own continues."""
    names = kernel.value("{run.id: name for name, run in sorted(page.items())}")
    parents = kernel.value("{name: run.parent and run.parent.id for name, run in page.items()}")
    return sorted((name, names.get(above)) for name, above in parents.items())


PAGE = {
    "c1": "My name is Ada.",
    "c2": "What is my name?",
    "c3": 'say "three"',
}


def run_page(kernel: Notebook, *cells: str) -> list[Cell]:
    ran = []
    for cell in cells or PAGE:
        ran.append(kernel.run(f"%%responses -o here\n{PAGE[cell]}", cell))
        kernel.run(f"page['{cell}'] = here")
    return ran


def test_running_cells_again_replaces_their_branch(kernel: Notebook) -> None:
    kernel.run("page = {}")
    run_page(kernel)
    first = tree(kernel)
    assert first == [("c1", None), ("c2", "c1"), ("c3", "c2")]
    run_page(kernel, "c2")
    assert tree(kernel)[1] == ("c2", "c1")
    run_page(kernel, "c3", "c3")
    assert tree(kernel) == first
    run_page(kernel)
    assert tree(kernel) == first


def test_restart_and_run_all_gives_the_same_tree() -> None:
    trees = []
    with notebook() as opened:
        for _ in range(2):
            opened.run("page = {}")
            cells = run_page(opened)
            assert "Ada" in cells[1].run["text"]
            trees.append(tree(opened))
            opened.restart()
    assert trees[0] == trees[1] == [("c1", None), ("c2", "c1"), ("c3", "c2")]


# The defaults.


def test_defaults_hold_from_the_next_cell_on(kernel: Notebook) -> None:
    kernel.run("%%responses\nMy name is Ada.")
    for line in ("instructions = 'Be brief.'", "store = True", "max_turns = 3", "model = 'demo'", "view = 'none'"):
        assert kernel.run(f"%config ResponsesMagics.{line}").outputs == []
    assert kernel.run('%%responses\nsay "yes"', "c1").outputs == []
    assert parent(kernel) == "r1"
    assert asked(kernel) == {
        "model": "demo", "instructions": "Be brief.", "tools": ["add", "population"], "store": True, "max_turns": 3,
        "options": {},
    }  # fmt: skip
    kernel.run('%%responses --max-turns 4 -i "" --view text\nsay "yes"')
    assert (asked(kernel)["max_turns"], asked(kernel)["instructions"]) == (4, "")


def test_another_provider_begins_anew(kernel: Notebook) -> None:
    kernel.run('%%responses -o kept\nsay "yes"')
    kernel.run('%config ResponsesMagics.provider = "http://127.0.0.1:9/v1"')
    assert kernel.value("kept.session.state") == "closed"
    assert "ConnectionFailed" in kernel.run("%%responses\nHi", fails=True).message
    refused = kernel.run('%config ResponsesMagics.provider = "locla"').printed
    assert "There is no provider 'locla'. Did you mean local" in refused
    assert kernel.value(f"{MAGICS}.provider") == "http://127.0.0.1:9/v1"
    kernel.run('%config ResponsesMagics.provider = "local"')
    assert kernel.run('%%responses\nsay "again"').run["text"] == "again"


def test_config_shows_and_checks_the_defaults(kernel: Notebook) -> None:
    assert "provider" in kernel.run("%config ResponsesMagics").printed
    for name, value, kept in (("max_turns", "0", 50), ("view", "'liv'", "auto"), ("effort", "'max'", "")):
        assert f"'{name}' trait" in kernel.run(f"%config ResponsesMagics.{name} = {value}").printed
        assert kernel.value(f"{MAGICS}.{name}") == kept


def test_waits_are_a_default_that_open_sessions_keep_too(kernel: Notebook) -> None:
    kernel.run('%%responses -o kept\nsay "yes"')
    assert kernel.run('%config ResponsesMagics.waits = {"silence": 120, "approval": 30}').outputs == []
    assert kernel.value("(kept.session.waits.silence, kept.session.waits.approval)") == (120.0, 30.0)
    kernel.run("import ws_notebook as wsn\n%config ResponsesMagics.waits = wsn.Waits(connect=5)")
    assert kernel.value("(kept.session.waits.connect, kept.session.waits.approval)") == (5.0, None)
    for wrong, told in (
        ('{"silnce": 5}', "Did you mean 'silence'"),
        ("5", "waits must be wsn.Waits"),
        ('{"tool": 0}', "above 0"),
    ):
        assert told in kernel.run(f"%config ResponsesMagics.waits = {wrong}").printed
    assert kernel.value("kept.session.waits.connect") == 5.0
    kernel.run("%config ResponsesMagics.waits = None")
    assert kernel.value("kept.session.waits.silence") == 600.0


def test_background_runs_stream_side_by_side_below_their_cells(kernel: Notebook) -> None:
    cells = [
        kernel.run(f"%%responses --background --new -o run_{name}\nwrite 150 words", f"background-{name}")
        for name in ("a", "b")
    ]
    kernel.run("run_a.result(), run_b.result()")
    assert kernel.value("[run.status for run in (run_a, run_b)]") == ["completed", "completed"]
    assert kernel.value("len({turn.lane for run in (run_a, run_b) for turn in run.turns})") == 2
    overlap = "max(run_a.state.asked, run_b.state.asked) < min(run_a.state.ended, run_b.state.ended)"
    assert kernel.value(overlap) is True
    for sent in cells:
        kernel.until_shown(sent, lambda cell: MIME in cell.outputs[0].data)
        assert sent.outputs[0].data[MIME]["status"] == "completed"


def test_effort_and_transport_have_defaults_too(kernel: Notebook) -> None:
    kernel.run('%config ResponsesMagics.effort = "low"\n%config ResponsesMagics.transport = "http"')
    try:
        kernel.run('%%responses --set reasoning.summary=auto -o run\nsay "yes"')
        assert kernel.value("run.state.settings.options") == {"reasoning": {"effort": "low", "summary": "auto"}}
        assert kernel.value("run.turns[0].transport") == "http"
        kernel.run('%%responses --effort high --transport websocket -o run\nsay "yes"')
        assert kernel.value("run.state.settings.options") == {"reasoning": {"effort": "high"}}
        assert kernel.value("run.turns[0].transport") == "websocket"
    finally:
        kernel.run('%config ResponsesMagics.effort = ""\n%config ResponsesMagics.transport = "auto"')


def test_an_answer_of_a_type_is_parsed_and_shown(kernel: Notebook) -> None:
    kernel.run("from dataclasses import dataclass\n@dataclass\nclass City:\n    name: str\n    people: int")
    shown = kernel.run("%%responses --format list[City] -o run\nOslo has 709000, Rome has 2800000.").run
    assert shown["format"] == "json"
    assert kernel.value("[(city.name, city.people) for city in run.parsed]") == [("Oslo", 709000), ("Rome", 2800000)]
    assert kernel.value("run.parsed_frame().people.tolist()") == [709000, 2800000]
    missing = kernel.run("%%responses --format Cty\nhi", fails=True).message
    assert missing.startswith("SettingsError: %%responses: --format Cty: there is no 'Cty'")
    assert "Did you mean City?" in missing


def test_pictures_go_with_the_prompt_and_stand_in_the_view(kernel: Notebook) -> None:
    kernel.run("from matplotlib.figure import Figure\nfig = Figure(figsize=(2, 1))\nfig.subplots().plot([1, 2])")
    shown = kernel.run("%%responses --image fig --image https://example.org/a.png -o run\nWhat is this?").run
    assert [picture["caption"].split(",")[0] for picture in shown["images"]] == ["fig", "https://example.org/a.png"]
    assert shown["images"][0]["url"].startswith("data:image/png;base64,")
    assert shown["prompt"] == "What is this?\n[image] [image]"
    assert "PNG" in shown["text"]
    inside = kernel.run("%%responses\nIs {fig} nice?").run
    assert inside["prompt"] == "Is [image] nice?"
    assert "there is no 'fgi'" in kernel.run("%%responses --image fgi\nhi", fails=True).message
