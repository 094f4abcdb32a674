"""One question asked several ways, in rounds."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.tools import add

from ws_notebook import Network, ReplayTransport, Session, compare, kernel
from ws_notebook.exceptions import SettingsError
from ws_notebook.session.comparison import Comparison
from ws_notebook.session.ways import WAYS

__all__: list[str] = []

Open = Callable[..., Session]


def test_the_built_in_loop_is_asked_by_each_way_and_says_what_each_sends(local: Open) -> None:
    session = local()
    found = compare(session=session, turns=6, output=1000, rounds=1)
    table = found.table
    assert list(table.index) == list(WAYS)
    assert table["status"].tolist() == ["completed"] * 5
    assert table["turns"].tolist() == [7] * 5
    assert table["calls"].tolist() == [6] * 5
    sent = table["bytes_sent"]
    assert sent["websocket"] < 0.5 * sent["http full"]
    assert sent["websocket full"] == pytest.approx(sent["http full"], rel=0.02)
    assert sent["http id"] == pytest.approx(sent["websocket"], rel=0.02)
    assert sent["http new"] == sent["http id"]
    assert {run.tool_calls[3].output[:7] for runs in found.runs.values() for run in runs} == {"Page 4:"}
    assert {len(run.tool_calls[0].output) for runs in found.runs.values() for run in runs} == {1000}
    assert found.same_answer
    assert session.runs == []
    assert "too few rounds for any confidence" in found.sentence
    assert "fewer bytes" in found.sentence


def test_rounds_are_interleaved_and_every_turn_is_a_row(local: Open) -> None:
    found = compare(session=local(), ways=["websocket", "http-full"], turns=2, output=10, rounds=3)
    assert found.rounds == 3
    assert not found.stopped
    started = {label: [run.state.asked for run in runs] for label, runs in found.runs.items()}
    first, second = started["websocket"], started["http full"]
    # There, back again, and there.
    assert first[0] < second[0] < second[1] < first[1] < first[2] < second[2]
    turns = found.turns
    assert len(turns) == 2 * 3 * 3
    parts = turns[["connect_ms", "send_ms", "wait_ms", "stream_ms"]].sum(axis=1)
    assert ((turns["total_ms"] - parts).abs() < 0.5).all()
    ends = turns[(turns["way"] == "websocket") & (turns["round"] == 2)]["at_ms"]
    assert ends.is_monotonic_increasing


def test_your_own_prompt_calls_your_tools(local: Open) -> None:
    session = local(tools=[add])
    found = compare("3 times: call add(a=…, b=1)", session=session, ways=("websocket", "http"), rounds=1)
    assert found.table["turns"].tolist() == [4, 4]
    assert [run.turns[0].transport for runs in found.runs.values() for run in runs] == ["websocket", "http"]


def test_a_run_of_before_is_asked_again_and_its_functions_are_not(local: Open) -> None:
    called: list[int] = []

    def look(number: int) -> str:
        """Look."""
        called.append(number)
        return f"seen {number}"

    session = local(tools=[look])
    run = session.ask("call look(number=7) and look(number=9) then call look(number=8)")
    assert len(called) == 3
    found = compare(run=run, ways=["websocket", "http id"], rounds=1)
    assert len(called) == 3
    for runs in found.runs.values():
        assert [call.output for call in runs[0].tool_calls] == ["seen 7", "seen 9", "seen 8"]
    assert f"{run.id} as it was: 3 calls in 3 turns" in found.sentence


def test_a_replayed_run_is_asked_of_the_embedded_server(local: Open, tmp_path: Path) -> None:
    session = local(tools=[add])
    with session.record(tmp_path / "c"):
        session.ask("call add(a=2, b=3)")
    with Session(transport=ReplayTransport(tmp_path / "c"), tools=[add]) as again:
        run = again.ask("call add(a=2, b=3)")
        found = compare(run=run, ways=["websocket", "http full"], rounds=1)
        assert found.table["status"].tolist() == ["completed"] * 2
        assert found.table["calls"].tolist() == [1, 1]
        with pytest.raises(SettingsError, match="A replay"):
            compare("say 'x'", session=again)


def test_models_are_compared_over_one_way_and_one_that_fails_is_a_row(local: Open) -> None:
    found = compare('say "hi"', session=local(), models=["demo", "other"], rounds=1)
    assert list(found.runs) == ["demo", "other"]
    assert found.table["status"].tolist() == ["completed", "failed"]
    assert "model_not_found" in found.table.loc["other", "error"]
    assert "nothing could be compared" in found.sentence
    assert "other failed 1 time" in found.sentence
    assert "model_not_found" in repr(found)


def test_a_network_tells_what_the_time_is_made_of() -> None:
    network = Network(rtt="30ms", overhead="40ms", first_token=0, tokens_per_second=0)
    with Session(provider="local", network=network) as session:
        found = compare(session=session, ways=["websocket", "http id", "http new"], turns=4, output=100, rounds=1)
    parts = found.parts
    assert parts.loc["websocket", "connections_ms"] == 60
    assert parts.loc["http id", "connections_ms"] == 30
    assert parts.loc["http new", "connections_ms"] == 5 * 30
    assert parts["round_trips_ms"].tolist() == [150, 150, 150]
    assert parts["server_ms"].tolist() == [40, 200, 200]
    # What is measured is never less: a delay can only be longer.
    assert (parts["rest_ms"] > -5).all()


def test_a_paid_provider_is_not_asked_without_consent(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened("https://example.com/v1", model="m")
    with pytest.raises(
        SettingsError, match=r"This would ask example.com: 25 runs, about 402,000 tokens in and 6,000 out"
    ) as raised:
        compare(session=session, turns=5)
    assert "confirm=True" in str(raised.value)
    assert "stores the responses" in str(raised.value)
    with pytest.raises(SettingsError, match="This would ask"):
        compare(session=session, confirm=False)
    asked: list[str] = []

    def say_no(question: str) -> str:
        asked.append(question)
        return "n"

    monkeypatch.setattr(builtins, "input", say_no)
    monkeypatch.setattr(kernel, "takes_input", lambda: True)
    with pytest.raises(SettingsError, match="Nothing was asked"):
        compare("What is a monad?", session=session)
    assert "unknown number of tokens" in asked[0]


def test_a_stop_keeps_the_rounds_that_are_done(local: Open) -> None:
    session = local()
    seen: list[Any] = []

    def interrupting(number: int) -> str:
        """Look."""
        seen.append(number)
        # Two rounds of two ways, and then in the midst of the third.
        if len(seen) == 5:
            raise KeyboardInterrupt
        return "x"

    session.tools.add(interrupting)
    found = compare("call interrupting(number=1)", session=session, ways=["websocket", "http id"], rounds=9)
    assert found.rounds == 2
    assert found.stopped
    assert [len(runs) for runs in found.runs.values()] == [2, 2]
    assert "Stopped: 2 of 9 rounds are done." in repr(found)
    assert "Over 2 rounds" in found.sentence
    seen[:] = [0] * 4
    with pytest.raises(KeyboardInterrupt):
        compare("call interrupting(number=1)", session=session, ways=["websocket", "http id"], rounds=9)


def test_wrong_arguments_are_told_before_anything_is_asked(local: Open) -> None:
    session = local()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"ways": ["carrier"]}, "not 'carrier'"),
        ({"ways": ["http fulll", "websocket"]}, "Did you mean 'http full'"),
        ({"ways": ["http full"]}, "nothing to compare"),
        ({"ways": "websocket"}, "a list of ways"),
        ({"rounds": 0}, "rounds must be"),
        ({"turns": 0}, "turns must be"),
        ({"turns": 10_000}, "turns must be"),
        ({"output": -1}, "output must be"),
        ({"run": "r1"}, "run must be"),
    ]
    for arguments, words in wrong:
        with pytest.raises(SettingsError, match=words):
            compare(session=session, **arguments)
    run = session.ask('say "hi"')
    with pytest.raises(SettingsError, match="not both"):
        compare("x", session=session, run=run)


def test_it_shows_itself_as_a_table_with_a_sentence(local: Open) -> None:
    found = compare('say "hi"', session=local(), ways=["websocket", "http full"], rounds=1)
    lines = repr(found).splitlines()
    assert lines[0].split()[:2] == ["rounds", "total"]
    assert lines[1].startswith("websocket  1")
    assert lines[-1].startswith("The answers are the same. The runs are here")
    assert found._repr_markdown_().splitlines()[1].startswith("| --- |")
    assert isinstance(found, Comparison)
