"""Sample projects: tests of our sessions and of the unmodified OpenAI SDK, recorded once and replayed offline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_plugin.project import Project
from support.server import TOKEN, running_server

from ws_notebook.cassette import Cassette

__all__: list[str] = []

# Each starts a pytest, which imports the OpenAI SDK: long on a machine that has much else to do.
pytestmark = pytest.mark.timeout(400)

OURS = '''
import pytest
import ws_notebook as wsn

@wsn.tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b

@pytest.fixture
def ws_config():
    return {"provider": "local", "tools": [add]}

@pytest.mark.parametrize("n", [1, 2])
def test_sum(ws_session, n):
    run = ws_session.ask(f"call add(a={n}, b=3) then say 'done'")
    wsn.check(run).called("add", a=n).returned(n + 3).answered("done")

class TestMore:
    @pytest.mark.ws_cassette("named.jsonl.gz", tools="recorded")
    def test_named(self, ws_session, ws_case):
        assert ws_session.ask("say 'named'").text == "named"
        assert ws_case.path.name == "named.jsonl.gz"

def test_asks_nothing(ws_session):
    assert ws_session.runs == []
'''

SDK = '''
import asyncio
import openai
import pytest

pytestmark = [
    pytest.mark.ws_cassette,
    pytest.mark.filterwarnings("ignore:connect.* must be used as a context manager:DeprecationWarning"),
]

def ask(prompt):
    """Code under test: it knows nothing of cassettes."""
    with openai.OpenAI(max_retries=0) as client:
        with client.responses.stream(model="demo", input=prompt) as stream:
            return stream.get_final_response().output_text

def test_http():
    assert ask("say 'over http'") == "over http"
    with openai.OpenAI(max_retries=0) as client:
        first = client.responses.create(model="demo", input="say 'not streamed'")
        second = client.responses.create(model="demo", input="What did I ask?", previous_response_id=first.id)
        assert (first.output_text, "not streamed" in second.output_text) == ("not streamed", True)
        with pytest.raises(openai.BadRequestError, match="nobody"):
            client.responses.create(model="nobody", input="hi")

def test_socket():
    with openai.OpenAI(max_retries=0) as client, client.responses.connect() as connection:
        texts, parent = [], None
        for prompt in ("say 'one'", "say 'two'", "say 'one'"):
            connection.response.create(model="demo", input=prompt, previous_response_id=parent, store=False)
            for event in connection:
                if event.type == "response.completed":
                    break
                assert event.type != "error", event
            texts.append(event.response.output_text)
            parent = event.response.id
        assert texts == ["one", "two", "one"]

def test_async_socket(ws_relay):
    async def run():
        async with openai.AsyncOpenAI(
            base_url=ws_relay.base_url, websocket_base_url=ws_relay.websocket_base_url, api_key=ws_relay.api_key,
            max_retries=0,
        ) as client, client.responses.connect() as connection:
            await connection.response.create(model="demo", input="call add(a=2, b=3) then say 'both'", tools=TOOLS)
            first = await completed(connection)
            call = next(item for item in first.output if item.type == "function_call")
            output = {"type": "function_call_output", "call_id": call.call_id, "output": "5"}
            await connection.response.create(
                model="demo", input=[output], tools=TOOLS, previous_response_id=first.id
            )
            return (await completed(connection)).output_text
    assert asyncio.run(run()) == "both"

async def completed(connection):
    while True:
        event = await connection.recv()
        assert event.type != "error", event
        if event.type == "response.completed":
            return event.response

NUMBER = {"type": "integer"}
TOOLS = [{
    "type": "function", "name": "add", "strict": False, "description": "Add.",
    "parameters": {"type": "object", "properties": {"a": NUMBER, "b": NUMBER}, "required": ["a", "b"]},
}]
'''


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose cassettes were recorded, with an upstream that is gone."""
    folder = tmp_path_factory.mktemp("project")
    with running_server() as server:
        project = Project(folder, f"ws_upstream = {server.base_url}\nws_upstream_key_variable = MY_KEY")
        project.write("test_ours.py", OURS)
        project.write("test_sdk.py", SDK)
        code, told = project.run(MY_KEY=TOKEN)
        assert code == 0, told
        assert " passed" in told
    return project


def test_tests_are_recorded_once_a_file_for_each(recorded: Project) -> None:
    names = [name.removeprefix("cassettes/") for name in recorded.cassettes]
    assert names == [
        "named.jsonl.gz", "test_ours/test_asks_nothing.jsonl", "test_ours/test_sum-1.jsonl",
        "test_ours/test_sum-2.jsonl", "test_sdk/test_async_socket.jsonl", "test_sdk/test_http.jsonl",
        "test_sdk/test_socket.jsonl",
    ]  # fmt: skip
    for name, data in recorded.cassettes.items():
        assert TOKEN.encode() not in data
        assert Cassette.loads(data).broken_off == "", name


def test_they_are_replayed_with_the_provider_gone_and_what_differs_is_told(recorded: Project) -> None:
    before = recorded.cassettes
    changed = OURS.replace("say 'done'", "say 'over'").replace(
        "def test_asks", "def test_new(ws_session): pass\ndef test_asks"
    )
    recorded.write("test_ours.py", changed)
    recorded.write("test_missing.py", "def test_other(ws_relay): pass\n")
    wrong = "import pytest\n@pytest.mark.ws_cassette(sped=3)\ndef test_wrong(ws_session): pass\n"
    recorded.write("test_wrong.py", wrong)
    code, told = recorded.run(ci=True)
    recorded.write("test_ours.py", OURS)
    assert (code, recorded.cassettes) == (1, before), told
    assert "2 failed, 5 passed, 3 errors" in told, told
    assert "recorded: call add(a=1, b=3) then say 'done'" in told
    assert "now:      call add(a=1, b=3) then say 'over'" in told
    assert "There is no cassette cassettes/test_ours/test_new.jsonl, and in mode none, which CI=true means" in told
    assert "pytest test_missing.py::test_other --ws-record=once" in told
    # What a test lacks is said once.
    assert "During handling" not in told.partition("= FAILURES =")[0], told
    assert "ws_cassette has no 'sped'. It takes name, mode, exact, speed, tools." in told


@pytest.mark.nightly
def test_they_are_replayed_on_workers(recorded: Project) -> None:
    before = recorded.cassettes
    code, told = recorded.run("-n", "2", "test_ours.py", "test_sdk.py", ci=True)
    assert (code, recorded.cassettes) == (0, before), told
    assert "7 passed" in told


def test_modes_are_those_of_vcr(tmp_path: Path) -> None:
    project = Project(tmp_path)
    test = """
import os
import pytest

@pytest.fixture
def ws_config():
    return {"provider": "local"}

def test_words(ws_session):
    for word in os.environ["WORDS"].split():
        assert ws_session.ask(f"say '{word}'", parent=None).text == word

@pytest.mark.ws_cassette(mode="all")
def test_failing(ws_session):
    assert ws_session.ask("say 'x'").text == os.environ.get("X", "x")
"""
    project.write("test_it.py", test)

    def asked() -> list[str]:
        data = project.cassettes["cassettes/test_it/test_words.jsonl"]
        return [str(each.request["input"]) for each in Cassette.loads(data).exchanges()]

    code, told = project.run(WORDS="one")
    assert code == 0, told
    assert len(asked()) == 1
    first = project.cassettes
    assert project.run("--ws-record=new_episodes", WORDS="one two")[0] == 0
    assert ["'one'" in text for text in asked()] == [True, False]
    before = project.cassettes
    code, told = project.run(WORDS="three", X="y")
    assert (code, project.cassettes) == (1, before), told
    assert "The test did not pass, so what it recorded was not kept" in told
    assert "2 failed" in told
    # What the command line says goes before a marker's mode.
    failing = "cassettes/test_it/test_failing.jsonl"
    assert first[failing] == before[failing]


def test_the_plugin_imports_pytest_alone() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import ws_notebook.pytest_plugin; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new), sorted(n for n in sys.modules if n.startswith('ws_notebook')))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    names = ["ws_notebook", *(f"ws_notebook.{name}" for name in ("exceptions", "manual", "pytest_plugin"))]
    assert told.strip() == f"['ws_notebook'] {names}"


def test_a_project_that_does_not_use_it_sees_nothing_of_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("test_it.py", "def test_it(): pass\n")
    program = (
        "import sys, ws_notebook, pytest; code = pytest.main(sys.argv[1:]); "
        "print([n for n in sys.modules if n.startswith('ws_notebook.') and 'plugin' not in n], int(code))"
    )
    command = [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider"]
    environment = project.environment()
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout
    assert "['ws_notebook.manual', 'ws_notebook.exceptions'] 0" in done.stdout, done.stdout + done.stderr
    assert "warning" not in done.stdout.lower()
