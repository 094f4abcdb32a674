"""Where each kind of secret is looked for: the table of docs/secrets.md, row by row and place by place."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from support.behind import waited
from support.events import answer, call, completed, created, delta, error, item_added, item_done, message
from support.kinds_of_secrets import KEY, PLACEHOLDERS, SECRETS
from support.peer import Talk, running_peer

import ws_notebook as wsn
from ws_notebook.core.changes import Change
from ws_notebook.core.run import RunState
from ws_notebook.render.delta import Deltas

__all__: list[str] = []

PLACES = ["view", "file", "repr", "text", "items", "tables", "frames", "cassette", "trace", "span", "error", "log"]
PLACES += ["tool output"]


class Records(logging.Handler):
    """What the package's own loggers and the HTTP library's say."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def pieces(text: str) -> list[dict[str, Any]]:
    return [delta(text[at : at + 5]) for at in range(0, len(text), 5)]


def script(secret: str, asked: list[dict[str, Any]]) -> Callable[[Talk, dict[str, Any]], Any]:
    """A call whose arguments hold the secret, an answer in pieces that repeats it, then an error that does."""

    async def play(talk: Talk, request: dict[str, Any]) -> None:
        asked.append(request)
        if len(asked) == 1:
            calls = [
                call("c1", "leak", note=f"see {secret}"),
                call("c2", "broken"),
                call("c3", "login", password="hunter2"),
            ]
            await talk.send(created("resp_1"))
            for index, item in enumerate(calls):
                await talk.send(item_added(index, {**item, "arguments": ""}))
                for at in range(0, len(item["arguments"]), 4):
                    kind, piece = "response.function_call_arguments.delta", item["arguments"][at : at + 4]
                    await talk.send({"type": kind, "item_id": item["id"], "output_index": index, "delta": piece})
                await talk.send(item_done(index, item))
            await talk.send(completed("resp_1", *calls))
        elif len(asked) == 2:
            text = f"Your key {secret} looks fine."
            await talk.send(created("resp_2"), *pieces(text), answer("resp_2", message(text))[-2:])
        else:
            await talk.send(error("server_error", f"It broke: {secret}", status=500))

    return play


class Seen:
    """One run with a secret everywhere, and what each place shows of it."""

    def __init__(self, secret: str, folder: Path) -> None:
        self.secret = secret
        self.given: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.messages: list[Any] = []
        self.path = folder / "talk.jsonl"
        records, memory, provider = Records(), InMemorySpanExporter(), TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(memory))
        logger = logging.getLogger("ws_notebook")
        logger.addHandler(records)
        with running_peer(script(secret, self.asked)) as peer:
            session = wsn.Session(
                provider=peer.url, profile="openai", model="m", api_key=KEY, tools=[self.leak, self.broken, self.login]
            )
            with session, session.record(self.path):
                session.export_spans(provider, content=True)
                self.run = session.ask(f"My key is {secret}", watch=self.watch)
                with pytest.raises(wsn.exceptions.ProviderError) as raised:
                    session.ask("Again")
                self.failed = session.runs[-1]
                trace = session.trace(folder / "trace.json").read_text()
                frames = [record.data.decode() for record in session._engine.frames_of(self.run.state)]
                tables = [table.to_csv() for table in (session.turns, session.tool_calls, session.frames)]
        logger.removeHandler(records)
        run, failed = self.run, self.failed
        # They are exported in a thread of their own, a run's own span last.
        assert waited(failed, lambda: sum(span.parent is None for span in memory.get_finished_spans()) == 2)
        told = [vars(raised.value), failed.turns[0].error]
        self.places = {
            "view": json.dumps(self.messages),
            "file": json.dumps([run._repr_mimebundle_(), failed._repr_mimebundle_()]),
            "repr": repr([run, failed, session, session.keys, run.turns, run.tool_calls, session.settings]),
            "text": run.text,
            "items": json.dumps(run.items),
            "tables": "".join(tables),
            "frames": "".join(frames),
            "cassette": self.path.read_text(),
            "trace": trace,
            "span": "".join(span.to_json() for span in memory.get_finished_spans()),
            "error": "".join([*traceback.format_exception(raised.value), *map(repr, told)]),
            "log": "\n".join(records.lines),
            "tool output": json.dumps([each["output"] for each in self.asked[1]["input"] if "output" in each]),
        }

    def leak(self, note: str) -> str:
        self.given.append(note)
        return f"It is {self.secret}."

    def broken(self) -> str:
        raise ValueError(f"cannot use {self.secret}")

    def login(self, password: str) -> str:
        self.given.append(password)
        return "in"

    def watch(self, run: wsn.Run) -> Callable[[RunState, Change], None]:
        deltas = Deltas(run.state, run.session.header(run.state))
        self.messages.append(deltas.picture(run.state.asked))

        def observe(state: RunState, change: Change) -> None:
            deltas.note(change)
            self.messages.append(deltas.delta(state.asked))
            logging.getLogger("ws_notebook").warning("%s", state)

        return observe


@pytest.fixture(scope="module", params=list(SECRETS))
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen(SECRETS[request.param], tmp_path_factory.mktemp("seen"))


@pytest.mark.parametrize("place", PLACES)
def test_the_secret_is_not_there(seen: Seen, place: str) -> None:
    shown = seen.places[place]
    assert shown
    for written in (seen.secret, json.dumps(seen.secret)[1:-1], KEY, "hunter2"):
        assert written not in shown


def test_what_is_executed_is_as_it_came_and_what_is_altered_says_so(seen: Seen) -> None:
    assert seen.given == [f"see {seen.secret}", "hunter2"]
    assert seen.asked[0]["input"][0]["content"][0]["text"] == f"My key is {seen.secret}"
    leak, broken, _ = seen.run.tool_calls
    assert leak.note == broken.note == "1 secret was taken out of this output"
    assert json.loads(leak.arguments) == {"note": f"see {seen.secret}"}
    assert leak.output == "It is [secret]."
    assert "1 secret was taken out of this output" in seen.places["file"]
    assert seen.run.state.text == f"Your key {seen.secret} looks fine."
    assert seen.run.text == "Your key [secret] looks fine."


def test_a_secret_in_pieces_cannot_be_put_together_from_a_cassette_or_a_view(seen: Seen) -> None:
    lines = [json.loads(line).get("received", {}) for line in seen.path.read_text().splitlines()]
    told = "".join(line["delta"] for line in lines if "delta" in line)
    assert seen.secret not in told
    assert "hunter2" not in told
    assert "Your key [secret] looks fine." in told
    words = "".join(text for each in seen.messages if each and "text" in each for _, text in each["text"] if len(text))
    assert seen.secret not in words


def test_the_cassette_still_plays(seen: Seen) -> None:
    with wsn.Session(transport=wsn.ReplayTransport(str(seen.path), speed=0)) as session:
        run = session.ask("My key is [secret]", tools=[seen.leak, seen.broken, seen.login])
        assert run.text == "Your key [secret] looks fine."


@pytest.mark.parametrize("key", PLACEHOLDERS)
def test_a_key_that_is_a_word_or_a_number_alters_nothing(key: str) -> None:
    given: list[Any] = []
    text = f"Run `pip install {key}`, then `import {key}`: {key} is {{'n': 12345}}."

    async def play(talk: Talk, request: dict[str, Any]) -> None:
        if len(talk.peer.requests) == 1:
            await talk.send(answer("resp_1", call("c1", "install", package=key, n=12345, more={key: [key]})))
        else:
            await talk.send(created("resp_2"), *pieces(text), answer("resp_2", message(text))[-2:])

    def install(package: str, n: int, more: dict[str, list[str]]) -> str:
        given.extend([package, n, more])
        return f"installed {package}"

    with running_peer(play) as peer, wsn.Session(provider=peer.url, model="m", api_key=key, tools=[install]) as session:
        run = session.ask(f"install {key}", options={"metadata": {"n": key}})
        assert given == [key, 12345, {key: [key]}]
        assert run.text == run.state.text == text
        assert run.tool_calls[0].output == f"installed {key}"
        assert run.tool_calls[0].note == ""
        assert peer.headers[0]["Authorization"] == f"Bearer {key}"
        assert f"pip install {key}" in json.dumps(run._repr_mimebundle_()["text/plain"])


def test_the_table_of_the_docs_has_a_row_for_each_place() -> None:
    text = (Path(__file__).parents[1] / "docs" / "secrets.md").read_text()
    rows = text.partition("## Where they are taken out")[2].split("\n## ")[0].splitlines()
    told = [row.split("|")[1].strip() for row in rows if row.startswith("| ")][2:]
    assert sorted(place for row in told for place in row.split(", ")) == sorted([*PLACES[:6], *PLACES[7:]])
