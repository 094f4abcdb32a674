"""What goes on in a batch: lanes and warm-up, memory, rate limits, lost connections, answers that do not fit."""

from __future__ import annotations

import gc
import itertools
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from support.events import answer, message
from support.peer import Talk, running_peer
from support.server import RunningServer, running_server

from ws_notebook import AuthenticationFailed, Session

__all__: list[str] = []

Open = Callable[..., Session]


def created(session: Session) -> list[Any]:
    import json

    sent = session._engine.protocol.frames.records()
    return [json.loads(each.data) for each in sent if each.direction == "sent"]


def test_every_row_forks_from_a_warm_up_whose_lane_never_advances(local: Open) -> None:
    session = local()
    batch = session.map(range(40), 'say "{value}"', instructions="Be brief.", keep_runs=True)
    first, *rows = created(session)
    warm = next(turn.response_id for turn in session._engine.protocol.runs[1].turns)
    assert first["generate"] is False
    assert first.get("stream_id") not in {each.get("stream_id") for each in rows}
    assert {each["previous_response_id"] for each in rows} == {warm}
    assert len({each.get("stream_id") for each in rows}) == 16
    assert batch.counts == {"completed": 40}
    assert not session._engine.protocol.keeps_lane


@pytest.mark.parametrize("profile", ["xai", "vercel"])
def test_without_lanes_each_row_goes_in_full_with_a_key_for_the_cache(local: Open, profile: str) -> None:
    session = local(profile=profile)
    assert session.map(range(12), 'say "{value}"', instructions="Be brief.").counts == {"completed": 12}
    sent = created(session)
    assert session.connections == session.at_once > 1
    keys = {each["prompt_cache_key"] for each in sent}
    assert len(keys) == 1
    assert all("previous_response_id" not in each and each["instructions"] == "Be brief." for each in sent)


def test_rows_leave_nothing_behind_unless_they_failed_or_are_kept(local: Open) -> None:
    session = local()

    @session.tools.add
    def noop() -> str:
        """Nothing."""
        return "x"

    session.map(range(200), 'say "{value}"')
    session.map(range(3), 'say "{value}"')
    gc.collect()
    runs = session._engine.protocol.runs
    assert len(runs) < 30
    assert len(session._engine.courses) == len(runs)
    assert len(session._engine.protocol.frames) < 1000
    kept = session.map(range(3), 'say "{value}"', keep_runs=True)
    assert [row.run.text for row in kept.rows] == ["0", "1", "2"]
    assert len(session.runs) == 6
    failed = session.map(["refuse to"], "write 50 words", options={"max_output_tokens": 16}, text_format=int)
    assert failed[0].run in session.runs


def test_a_row_that_is_answered_is_let_go(local: Open) -> None:
    session = local()
    seen: list[weakref.ref[Any]] = []
    begin = session._engine.make_row
    session._engine.make_row = lambda course, line: (seen.append(weakref.ref(course)), begin(course, line))[1]  # type: ignore[method-assign, func-returns-value]
    session.map(range(300), 'say "{value}"')
    gc.collect()
    assert sum(each() is not None for each in seen) < 80


def test_a_token_bucket_is_waited_for_and_no_row_is_dropped() -> None:
    with running_server("--requests-per-second", "40") as server:
        session = Session(provider=server.base_url, profile="local", api_key=server.token, model="demo")
        with session:
            batch = session.map(range(120), 'say "{value}"')
    assert batch.frame.answer.tolist() == [str(n) for n in range(120)]
    assert set(batch.frame.attempts) == {1}
    lanes = [width for _, width in batch._plan.pace.history]
    assert min(lanes) < 8
    assert any(later > earlier for earlier, later in itertools.pairwise(lanes))


def test_a_lost_connection_has_its_rows_asked_once_more() -> None:
    with (
        running_server("--fault", "drop at response.completed 10") as server,
        Session(provider=server.base_url, profile="local", api_key=server.token, model="demo") as session,
    ):
        batch = session.map(range(60), 'say "{value}"')
    assert batch.frame.answer.tolist() == [str(n) for n in range(60)]
    again = batch.frame.attempts.tolist().count(2)
    assert 1 <= again <= 16


def test_what_was_read_ahead_over_a_lost_connection_is_let_go() -> None:
    with (
        running_server("--fault", "drop at response.completed 10") as server,
        Session(provider=server.base_url, profile="local", api_key=server.token, model="demo") as session,
    ):
        session.map(range(60), 'say "{value}"')
        assert session.connections > 1
        session.map([1], 'say "{value}"')
        assert len([run for run in session._engine.protocol.runs if "generate" in run.settings.options]) == 1


def test_what_every_row_would_meet_stops_the_batch(server: RunningServer) -> None:
    session = Session(provider=server.base_url, profile="local", api_key="a-wrong-key-entirely", model="demo")
    with session, pytest.raises(AuthenticationFailed):
        session.map(range(100), "{value}")
    assert session.batch is not None
    assert session.batch.counts == {"waiting": 100}
    assert session.batch.status == "stopped"


def test_a_typed_answer_that_does_not_fit_is_asked_once_more_with_the_reason() -> None:
    async def odd(talk: Talk, request: dict[str, Any]) -> None:
        words = str(request["input"])
        told.append(words)
        again = "does not fit" in words
        text = '{"value": 7}' if again and "never" not in str(told) else '{"value": "seven"}'
        await talk.send(answer(f"resp_{len(told)}", message(text)))

    for prompt, status in (("How many?", "completed"), ("never", "failed")):
        told: list[str] = []
        with running_peer(odd) as peer:
            options = {"profile": "xai", "api_key": "a-key-for-tests", "model": "m"}
            with Session(provider=peer.url, **options) as session:
                batch = session.map([prompt], "{value}", text_format=int)
        (row,) = batch.rows
        assert (row.status, row.attempts, len(told)) == (status, 2, 2)
        assert row.value == (7 if status == "completed" else None)
        assert ("does not fit" in row.error) == (status == "failed")


def test_a_budget_is_not_passed(local: Open) -> None:
    session = local()
    batch = session.map(range(100), 'say "{value}"', max_tokens=100)
    assert batch.status == "stopped"
    assert 60 < batch.usage["total_tokens"] <= 100
    assert "budget of 100 tokens" in batch.stopped
    assert batch.error is None
    priced = session.map(range(100), 'say "{value}"', max_cost=0.0001, prices={"demo": (1, 0, 1)})
    assert 0 < priced.cost <= 0.0001
    assert priced.frame.cost.sum() == pytest.approx(priced.cost)
    assert priced.limit().resume().result().counts == {"completed": 100}
