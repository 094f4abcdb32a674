"""Recording real sessions, and replaying them: the same turns, without the provider."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.peer import Talk, running_peer, says
from support.tools import add

import ws_notebook as wsn
from ws_notebook import Session
from ws_notebook.exceptions import ConnectionLost, ProviderError, SettingsError
from ws_notebook.session.recording import recorded_facts
from ws_notebook.transports.http import HttpTransport
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []

Open = Callable[..., Session]


PROMPTS = ("call add(a=2, b=3) and add(a=4, b=5)", "think 0.1 seconds then write 60 words", 'say "bye"')


def replayed(path: Path, **options: Any) -> Session:
    return Session(transport=wsn.ReplayTransport(path, speed=0, **options), tools=[add])


def told(run: Any) -> Any:
    """All that came, but for when."""
    turns = [(turn.response_id, turn.status, turn.text, turn.reasoning, turn.usage, turn.output) for turn in run.turns]
    return turns, [(call.call_id, call.arguments, call.output) for call in run.tool_calls], run.text


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_recorded_session_is_replayed_turn_by_turn(local: Open, tmp_path: Path, transport: str) -> None:
    path = tmp_path / "talk.jsonl"
    session = local(tools=[add], transport=transport)
    with session.record(path) as recording:
        recorded = [session.ask(prompt) for prompt in PROMPTS]
    assert not recording.recording
    assert recording.frames == len(wsn.Cassette.load(path))
    for _ in range(2):
        with replayed(path) as again:
            assert [told(again.ask(prompt)) for prompt in PROMPTS] == [told(run) for run in recorded]
            assert again.header().transport == "replay"
            assert "replay of a recording" in again.header().note


LONG = "call " + " then call ".join(f"add(a={n}, b=1)" for n in range(25))


def test_a_run_of_25_calls_is_replayed_the_same_100_times(local: Open, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl.gz"
    session = local(tools=[add])
    with session.record(path):
        recorded = session.ask(LONG)
    assert len(recorded.tool_calls) == 25
    for count in range(100):
        with replayed(path, tools="recorded" if count % 2 else "live") as again:
            assert told(again.ask(LONG)) == told(recorded)


@pytest.mark.nightly
@pytest.mark.parametrize("speed", [1, 10])
def test_a_run_of_25_calls_is_replayed_the_same_at_any_pace(opened: Open, tmp_path: Path, speed: float) -> None:
    path = tmp_path / "talk.jsonl"
    session = opened("local", api_key=None, tools=[add])
    with session.record(path):
        recorded = session.ask(LONG)
    for _ in range(3):
        with Session(transport=wsn.ReplayTransport(path, speed=speed), tools=[add]) as again:
            assert told(again.ask(LONG)) == told(recorded)


def test_recorded_tools_run_no_function(local: Open, tmp_path: Path) -> None:
    ran: list[int] = []

    @wsn.tool
    def fail(why: str) -> str:
        """Fail."""
        ran.append(1)
        raise ValueError(why)

    session, prompt = local(tools=[add, fail]), "call add(a=2, b=3) and fail(why='made up') and other(x=1)"
    with session.record(tmp_path / "c"):
        recorded = session.ask(prompt)
    assert ran == [1]
    other = wsn.Session(transport=wsn.ReplayTransport(tmp_path / "c", speed=0, tools="recorded"), tools=[fail])
    with other as again:
        run = again.ask(prompt)
        assert told(run) == told(recorded)
        calls = [(call.status, call.error) for call in run.tool_calls]
        assert calls == [(call.status, call.output and json.loads(call.output)["error"]["message"]) if
                         call.status == "failed" else ("completed", None) for call in recorded.tool_calls]  # fmt: skip
    assert ran == [1]
    with pytest.raises(SettingsError, match="tools must be 'live'"):
        wsn.ReplayTransport(tmp_path / "c", tools="none")


def test_a_call_without_a_recorded_output_says_so(local: Open, tmp_path: Path) -> None:
    session = local(tools=[add])
    with session.record(tmp_path / "c"):
        session.ask("call add(a=2, b=3)")
    kept = wsn.Cassette.load(tmp_path / "c")
    # The outputs' request is there; what they were is not.
    entries = [msgspec.structs.replace(each, data=each.data.replace(b'"output":"5"', b'"output":null')) for each in
               kept.entries]  # fmt: skip
    with wsn.Session(transport=wsn.ReplayTransport(wsn.Cassette(entries), speed=0, tools="recorded")) as again:
        (call,) = again.ask("call add(a=2, b=3)").tool_calls
    assert call.status == "failed"
    assert "holds no output for this call of 'add'" in str(call.error)


def test_a_question_can_be_asked_again_and_from_elsewhere(local: Open, tmp_path: Path) -> None:
    session = local(tools=[add])
    with session.record(tmp_path / "c"):
        session.ask(PROMPTS[0])
        session.ask(PROMPTS[2])
    with replayed(tmp_path / "c") as again:
        first = again.ask(PROMPTS[0])
        assert [again.ask(PROMPTS[2], parent=parent).text for parent in (first, None, first)] == ["bye"] * 3
        assert again.ask(PROMPTS[0], parent=None).text == first.text
        ids = [turn.response_id for run in again.runs for turn in run.turns]
        assert len(set(ids)) == len(ids)


def test_runs_side_by_side_are_replayed_side_by_side(local: Open, tmp_path: Path) -> None:
    session = local()
    root = session.ask('say "root"')
    with session.record(tmp_path / "c"):
        runs = [session.start(f"write {count} words", parent=root) for count in (40, 50)]
        texts = [run.result().text for run in runs]
    with replayed(tmp_path / "c") as again:
        began = [again.start(f"write {count} words", parent=None) for count in (50, 40)]
        assert [run.result().text for run in began] == texts[::-1]


def test_what_was_not_recorded_is_told_with_what_comes_next(local: Open, tmp_path: Path) -> None:
    session = local()
    with session.record(tmp_path / "c"):
        session.ask('say "one"')
    with replayed(tmp_path / "c") as again:
        with pytest.raises(ProviderError, match=r"no answer to “hm”\. Next on it is “say \"one\"”"):
            again.ask("hm")
        assert again.ask('say "one"').text == "one"
        with pytest.raises(ProviderError, match="All of it was replayed"):
            again.ask("hm")


def test_an_exact_replay_wants_the_same_tools_and_outputs(local: Open, tmp_path: Path) -> None:
    session = local(tools=[add])
    with session.record(tmp_path / "c"):
        session.ask(PROMPTS[0])
    with replayed(tmp_path / "c", exact=True) as again:
        assert again.ask(PROMPTS[0]).status == "completed"
        with pytest.raises(
            ProviderError, match=r"First difference, in tools:\n  recorded: \[.*\n  now:      nothing\n"
        ):
            again.ask(PROMPTS[0], tools=[], parent=None)
    with replayed(tmp_path / "c") as again:
        assert again.ask(PROMPTS[0], tools=[]).status == "completed"


def test_a_connection_that_was_lost_is_lost_again(opened: Open, tmp_path: Path) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        created = {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}
        await talk.send(json.dumps(created))
        await talk.close(1011, "tired")

    with running_peer(script) as peer:
        session = opened(peer.url)
        session.record(tmp_path / "c")
        with pytest.raises(ConnectionLost):
            session.ask("go")
    with replayed(tmp_path / "c") as again, pytest.raises(ConnectionLost) as lost:
        again.ask("go")
    assert (lost.value.code, lost.value.reason) == (1011, "tired")


def test_a_cassette_holds_no_key(opened: Open, tmp_path: Path) -> None:
    key = "a-key-for-tests-42"
    with running_peer(says(f"Your key is {key}.")) as peer:
        session = opened(peer.url, api_key=key)
        with session.record(tmp_path / "one"):
            session.ask(f"I am {key}")
        transport = wsn.RecordingTransport(HttpTransport(), tmp_path / "two")
        assert transport.name == "http"
    for path in (tmp_path / "one", tmp_path / "two"):
        assert key.encode() not in path.read_bytes()
    assert b"[secret]" in (tmp_path / "one").read_bytes()


def test_a_recording_transport_records_from_the_first_frame_on(local: Open, tmp_path: Path) -> None:
    session = local(transport=wsn.RecordingTransport(WebSocketTransport(), tmp_path / "c"))
    text = session.ask('say "one"').text
    session.close()
    with replayed(tmp_path / "c") as again:
        assert again.ask('say "one"').text == text == "one"
        with pytest.raises(SettingsError, match="A replay holds only"):
            again.compact()


def test_a_recording_ends_with_the_next_one_and_with_the_session(local: Open, tmp_path: Path) -> None:
    session = local()
    assert session.recording is None
    first = session.record(tmp_path / "one")
    session.ask('say "one"')
    second = session.record(tmp_path / "two")
    session.ask('say "two"')
    assert (first.recording, second.recording) == (False, True)
    assert session.recording is not None
    assert session.recording.path == tmp_path / "two"
    session.close()
    assert not second.recording
    assert repr(second).endswith("ended>")
    one, two = (wsn.Cassette.load(tmp_path / name) for name in ("one", "two"))
    assert [len(each.exchanges()) for each in (one, two)] == [1, 1]
    with pytest.raises(SettingsError, match="is closed"):
        session.record(tmp_path / "three")


def test_a_file_that_cannot_be_written_is_told_at_once(local: Open, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        local().record(tmp_path / "no" / "folder")


def test_a_replay_needs_neither_key_nor_address(local: Open, tmp_path: Path) -> None:
    cassette = wsn.Cassette(provider="azure", model="my-deployment")
    with pytest.raises(SettingsError, match="no request"):
        wsn.ReplayTransport(cassette)
    session = local()
    with session.record(tmp_path / "c"):
        session.ask('say "one"')
    cassette = wsn.Cassette.load(tmp_path / "c")
    cassette.provider, cassette.model = "azure", "my-deployment"
    with Session(transport=wsn.ReplayTransport(cassette, speed=0)) as again:
        run = again.ask('say "one"')
        assert run.text == "one"
        assert (again.header().provider, again.header(run.state).model) == ("azure", "my-deployment")
        assert "script" not in again.header().note


def test_other_transports_leave_provider_and_model_alone() -> None:
    assert recorded_facts(None, "openai", "m") == ("openai", "m")
    assert recorded_facts(HttpTransport(), "openai", None) == ("openai", None)


def test_two_recordings_of_one_file_are_refused_in_words_and_the_first_goes_on(local: Open, tmp_path: Path) -> None:
    one, two = local(), local()
    with one.record(tmp_path / "c") as recording:
        for session in (one, two):
            with pytest.raises(SettingsError, match="being written by another recording"):
                session.record(str(tmp_path / "." / "c"))
        assert one.recording is not None
        assert two.recording is None
        one.ask('say "one"')
        assert recording.frames == len(wsn.Cassette.load(tmp_path / "c")) > 0
    with two.record(tmp_path / "c"):
        two.ask('say "two"')
    assert b"two" in (tmp_path / "c").read_bytes()


_ON_A_FULL_DISK = """
import resource, sys
import ws_notebook as wsn

session = wsn.Session(provider=sys.argv[1], profile="local", api_key=sys.argv[2])
recording = session.record(sys.argv[3])
session.ask("say hello")
frames = recording.frames
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, resource.RLIM_INFINITY))
run = session.ask("write 300 words")
print(run.status, len(run.text.split()), recording.recording, recording.error is not None, frames > 0)
print(session.ask("say bye").status)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: Windows has no limit of this kind")
def test_a_full_disk_ends_the_recording_and_not_the_run(server: Any, tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _ON_A_FULL_DISK, server.base_url, server.token, str(tmp_path / "c")],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    assert said.stdout.splitlines() == ["completed 300 False True True", "completed"]
    assert said.stderr.count("The recording to") == 1
    assert "the run goes on" in said.stderr
    assert len(wsn.Cassette.load(tmp_path / "c")) > 0


_ENDLESSLY = """
import sys
import ws_notebook as wsn
session = wsn.Session(provider=sys.argv[1], profile="local", model="demo", api_key=sys.argv[2])
session.record(sys.argv[3])
print("ready", flush=True)
while True:
    session.ask("write 200 words")
"""


def killed_at(server: Any, path: Path, size: int) -> wsn.Cassette:
    """The cassette of a process that was killed when its file had so many bytes."""
    command = [sys.executable, "-c", _ENDLESSLY, server.base_url, server.token, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        while path.stat().st_size < size:
            assert process.poll() is None
        process.kill()
    return wsn.Cassette.load(path)


def check_broken_off(read: wsn.Cassette) -> None:
    assert read.broken_off in repr(read)
    assert "frames may be missing" in read.broken_off or "within a line" in read.broken_off
    assert all(isinstance(json.loads(each.data), dict) for each in read.entries)
    whole = [each for each in read.exchanges() if each.whole]
    with Session(transport=wsn.ReplayTransport(read, speed=0)) as again:
        assert read.broken_off in again.header().note
        for _ in whole:
            assert len(again.ask("write 200 words").text.split()) == 200


@pytest.mark.parametrize("name", ["talk.jsonl", "talk.jsonl.gz"])
def test_a_process_that_is_killed_leaves_a_cassette_that_says_so(server: Any, tmp_path: Path, name: str) -> None:
    check_broken_off(killed_at(server, tmp_path / name, 20_000))


@pytest.mark.nightly
@pytest.mark.parametrize("moment", range(10))
def test_a_process_is_killed_at_ten_moments(server: Any, tmp_path: Path, moment: int) -> None:
    size = random.Random(moment).randrange(200, 400_000)
    check_broken_off(killed_at(server, tmp_path / ("talk.jsonl" + ".gz" * (moment % 2)), size // (1 + moment % 2 * 9)))
