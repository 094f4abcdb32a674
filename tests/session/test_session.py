"""A session from outside: asking, waiting, branching, ending, over a real socket."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from support.behind import waited
from support.events import answer, completed, created, delta, message
from support.peer import Talk, running_peer, says
from support.server import RunningServer
from support.tools import add

from ws_notebook import Run, Session, tool
from ws_notebook.core.changes import RunEnded, TextAppended
from ws_notebook.exceptions import (
    ConnectionFailed,
    MaxTurnsExceeded,
    ProtocolViolation,
    ProviderError,
    RunCancelled,
    SettingsError,
    WsNotebookError,
)
from ws_notebook.profiles import PROFILES
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []

Open = Callable[..., Session]


@tool
def step(i: int) -> int:
    """One step."""
    return i


def texts(request: dict[str, Any]) -> list[str]:
    """The words of a request's messages, in order."""
    return [item["content"][0]["text"] for item in request["input"] if item["type"] == "message"]


def test_a_question_is_answered(local: Open) -> None:
    session = local()
    run = session.ask('say "Good morning"')
    assert (run.status, run.text, run.id) == ("completed", "Good morning", "r1")
    assert run.done
    assert session.runs == [run]
    assert run.session is session
    assert session.state == "open"


def test_nothing_is_contacted_before_the_first_question(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        session = opened(peer.url)
        assert (session.state, session.connections, peer.talks) == ("idle", 0, [])
        session.ask("Hi")
        assert session.connections == len(peer.talks) == 1


def test_twenty_five_steps_take_one_connection_and_requests_of_one_size(local: Open) -> None:
    seen: list[int] = []

    @tool
    def step(i: int) -> int:
        seen.append(i)
        return i

    session = local(tools=[step])
    run = session.ask("25 times: call step(i=…)")
    assert (run.status, session.connections, len(run.turns)) == ("completed", 1, 26)
    assert seen == sorted(set(seen))
    assert len(seen) == 25
    turns, calls = session.turns, session.tool_calls
    assert len(turns) == 26
    assert len(calls) == 25
    sent = turns["bytes_sent"].iloc[2:25]
    assert (sent.max() - sent.min()) / sent.min() <= 0.05
    assert set(calls["status"]) == {"completed"}
    assert set(turns["run"]) == {"r1"}
    assert (turns["bytes_full_context"].diff().iloc[1:] > 0).all()
    assert turns["recovered"].eq("").all()


def test_a_run_with_deflate_is_the_same_one_with_fewer_bytes_on_the_wire(local: Open) -> None:
    @tool
    def rows(i: int) -> list[dict[str, Any]]:
        return [{"city": "Oslo", "people": number + i} for number in range(150)]

    plain, deflated = local(tools=[rows]), local(tools=[rows], compression="deflate")
    runs = [session.ask("10 times: call rows(i=…)") for session in (plain, deflated)]
    assert [run.status for run in runs] == ["completed", "completed"]
    assert [call.output for call in runs[0].tool_calls] == [call.output for call in runs[1].tool_calls]
    assert list(plain.turns["bytes_full_context"].diff()[1:]) == list(deflated.turns["bytes_full_context"].diff()[1:])
    assert (plain.turns["bytes_sent"] - deflated.turns["bytes_sent"]).abs().max() < 5
    assert plain.compression is not None
    assert (plain.compression.agreed, plain.compression.plain) == ("", 0)
    found = deflated.compression
    assert found is not None
    assert found.agreed == "permessage-deflate, with context both ways"
    assert found.plain > 30_000
    assert found.wire < found.plain / 5


def test_compression_of_an_own_transport_is_told_to_it(local: Open) -> None:
    with pytest.raises(SettingsError, match=r"Tell it to your own: WebSocketTransport\(compression='deflate'\)"):
        Session(provider="local", transport=WebSocketTransport(), compression="deflate")
    with pytest.raises(SettingsError, match=r"compression=None is for transports by name"):
        Session(provider="local", transport=WebSocketTransport(), compression=None)
    assert local(transport="http").compression is None
    assert local(transport=WebSocketTransport(compression="deflate")).ask('say "Hi"').text == "Hi"


def test_the_same_run_over_http_sends_everything_each_time(local: Open) -> None:
    session = local(tools=[step], transport="http")
    run = session.ask("5 times: call step(i=…)")
    assert (run.status, len(run.turns), session.connections) == ("completed", 6, 1)
    turns = session.turns
    assert list(turns["bytes_sent"]) == list(turns["bytes_full_context"])
    assert turns["bytes_sent"].is_monotonic_increasing
    assert set(turns["transport"]) == {"http"}
    over_socket = local(tools=[step]).ask("5 times: call step(i=…)")
    assert over_socket.text == run.text
    assert [each.arguments for each in over_socket.tool_calls] == [each.arguments for each in run.tool_calls]


def test_parallel_calls_are_answered_in_order(local: Open) -> None:
    session = local(tools=[add])
    run = session.ask("call add(a=1, b=2) and add(a=3, b=4)")
    assert [each.output for each in run.tool_calls] == ["3", "7"]
    outputs = [item["output"] for item in run.turns[1].input]
    assert outputs == ["3", "7"]


def test_runs_started_without_waiting_are_answered_in_order(local: Open) -> None:
    session = local()
    runs = [session.start(f'say "{word}"') for word in ("one", "two", "three")]
    assert [run.result().text for run in reversed(runs)] == ["three", "two", "one"]
    assert [run.parent for run in runs] == [None, runs[0], runs[1]]


def test_a_run_that_waits_behind_another_can_be_stopped(opened: Open) -> None:
    asked = threading.Event()

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created(f"resp_{len(talk.peer.requests)}"))
        asked.set()

    with running_peer(script) as peer:
        session = opened(peer.url)
        first, second = session.start("one"), session.start("two")
        assert asked.wait(10)
        second.cancel()
        assert (first.status, second.status) == ("in_progress", "cancelled")
        assert "before anything was sent" in second.stopped
        first.cancel()
        assert len(peer.requests) == 1


def test_two_sessions_at_once_do_not_mix(local: Open) -> None:
    sessions = [local(tools=[step]) for _ in range(2)]
    runs = [session.start("10 times: call step(i=…)") for session in sessions for _ in range(2)]
    assert [run.result(30).status for run in runs] == ["completed"] * 4
    assert [session.connections for session in sessions] == [1, 1]
    assert [len(session.tool_calls) for session in sessions] == [20, 20]


def test_many_threads_may_ask_one_session(local: Open) -> None:
    session = local(tools=[add])
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = session.ask(f"call add(a={number}, b=1)", parent=None).tool_calls[0].output

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == {number: str(number + 1) for number in range(8)}
    assert session.connections == 1


def test_branches_begin_at_a_run_at_a_response_or_afresh(opened: Open) -> None:
    with running_peer(says("a", "b", "c")) as peer:
        session = opened(peer.url)
        first, second = session.ask("one"), session.ask("two")
        by_run = session.ask("by run", parent=first)
        by_id = session.ask("by id", parent=first.response_id)
        fresh = session.ask("fresh", parent=None)
        assert [run.parent for run in (second, by_run, by_id, fresh)] == [first, first, first, None]
        assert texts(peer.requests[2]) == ["one", "a", "by run"]
        assert texts(peer.requests[4]) == ["fresh"]


def test_a_run_of_another_session_is_no_parent(local: Open) -> None:
    other = local().ask('say "x"')
    with pytest.raises(SettingsError, match="run of another session"):
        local().start("Hi", parent=other)


def test_the_settings_of_a_question_go_over_those_of_the_session(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        session = opened(peer.url, instructions="Be brief.", options={"temperature": 0, "top_p": 1}, tools=[add])
        session.ask("one")
        session.ask("two", instructions="", model="other", tools=[], store=True, options={"temperature": 1})
        first, second = peer.requests
        assert (first["instructions"], first["temperature"], first["model"]) == ("Be brief.", 0, "demo")
        assert [each["name"] for each in first["tools"]] == ["add"]
        assert (second["instructions"], second["temperature"], second["top_p"]) == ("", 1, 1)
        assert (second["model"], second["store"], "tools" in second) == ("other", True, False)


def test_tools_of_the_provider_stand_behind_those_of_the_notebook(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        opened(peer.url, tools=[add], options={"tools": [{"type": "web_search"}]}).ask("one")
        assert [each["type"] for each in peer.requests[0]["tools"]] == ["function", "web_search"]


@pytest.mark.parametrize("value", ["", "  ", [], [1], {"no": "type"}])
def test_input_that_cannot_be_sent_is_refused_at_once(local: Open, value: Any) -> None:
    session = local()
    with pytest.raises(SettingsError):
        session.start(value)
    assert session.runs == []


def test_input_that_cannot_be_written_as_json_is_refused_at_once(local: Open) -> None:
    with pytest.raises(SettingsError, match="cannot be written as JSON"):
        local().start([{"role": "user", "content": object()}])
    with pytest.raises(SettingsError, match="cannot be written as JSON"):
        local().start("Hi", options={"metadata": {"x": object()}})


@pytest.mark.parametrize("turns", [0, -1, True, 1.5, "3"])
def test_a_limit_of_turns_that_is_none_is_refused(local: Open, turns: Any) -> None:
    with pytest.raises(SettingsError, match="max_turns"):
        local(max_turns=turns)


def test_the_limit_of_turns_ends_a_run(local: Open) -> None:
    session = local(tools=[step], max_turns=3)
    with pytest.raises(MaxTurnsExceeded, match="3 turns"):
        session.ask("25 times: call step(i=…)")
    assert len(session.turns) == 3
    assert session.ask('say "still there"').text == "still there"


def test_an_error_of_the_provider_is_raised_and_harms_nothing(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        if len(talk.peer.requests) == 1:
            fault = {"code": "model_not_found", "message": "No such model.", "type": "invalid_request_error"}
            await talk.send({"type": "error", "status": 400, "error": fault})
        else:
            await talk.send(answer("resp_2", message("Hi")))

    with running_peer(script) as peer:
        session = opened(peer.url)
        with pytest.raises(ProviderError, match=r"No such model\..*Check the model's name") as raised:
            session.ask("one")
        assert raised.value.run is session.runs[0]
        assert raised.value.code == "model_not_found"
        assert session.ask("two").text == "Hi"
        assert session.connections == 1
        assert texts(peer.requests[1]) == ["two"]


def test_awaiting_without_a_kernel_runs_coroutines_on_the_loop_that_awaits_and_functions_beside_it(local: Open) -> None:
    went_on = threading.Event()
    called = threading.Event()
    threads: list[threading.Thread] = []

    @tool
    def plain() -> str:
        threads.append(threading.current_thread())
        called.set()
        return "the loop went on" if went_on.wait(20) else "the loop stood still"

    @tool
    async def slow() -> str:
        await asyncio.sleep(0)
        return "same loop" if asyncio.get_running_loop() is loops[0] else "another loop"

    loops: list[asyncio.AbstractEventLoop] = []

    async def story() -> None:
        loops.append(asyncio.get_running_loop())
        asked = asyncio.create_task(local(tools=[plain, slow]).ask_async("call plain() and slow()"))
        assert await asyncio.to_thread(called.wait, 20)
        went_on.set()
        assert [each.output for each in (await asked).tool_calls] == ["the loop went on", "same loop"]

    asyncio.run(story())
    assert threading.current_thread() not in threads


def test_answers_that_are_awaited_together_come_together(local: Open) -> None:
    async def story() -> list[str]:
        sessions = [local() for _ in range(3)]
        runs = await asyncio.gather(*(each.ask_async(f'say "{n}"') for n, each in enumerate(sessions)))
        return [run.text for run in runs]

    assert asyncio.run(story()) == ["0", "1", "2"]


def test_an_awaited_run_raises_its_error(local: Open) -> None:
    with pytest.raises(MaxTurnsExceeded):
        asyncio.run(local(tools=[step], max_turns=1).ask_async("2 times: call step(i=…)"))


def test_cancelling_what_awaits_stops_the_run(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), delta("Hal"))

    async def story(session: Session) -> None:
        streaming = asyncio.Event()
        loop = asyncio.get_running_loop()

        def watch(run: Any) -> Any:
            def note(state: Any, change: Any) -> None:
                if isinstance(change, TextAppended):
                    loop.call_soon_threadsafe(streaming.set)

            return note

        task = asyncio.create_task(session.ask_async("Hi", watch=watch))
        await streaming.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with running_peer(script) as peer:
        session = opened(peer.url)
        asyncio.run(story(session))
        assert (session.runs[0].status, session.runs[0].text) == ("cancelled", "Hal")


def test_an_observer_that_fails_hurts_nothing(local: Open, caplog: pytest.LogCaptureFixture) -> None:
    session = local()
    seen: list[str] = []

    def bad(state: Any, change: Any) -> None:
        raise ValueError("odd")

    def good(state: Any, change: Any) -> None:
        seen.append(type(change).__name__)

    with caplog.at_level(logging.ERROR, "ws_notebook"):
        run = session.start('say "Hi"', watch=lambda run: bad if run.observe(good) else good)
        assert run.result().text == "Hi"
    assert seen[-1] == "RunEnded"
    assert "An observer of run r1 failed." in caplog.text
    assert session.ask('say "again"').text == "again"


def test_an_observer_that_stops_the_run_lets_the_others_know(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), delta("a"), delta("b"))

    with running_peer(script) as peer:
        session = opened(peer.url)
        told: list[Any] = []

        def stop(state: Any, change: Any) -> None:
            if isinstance(change, TextAppended):
                session.runs[0].cancel()

        def note(state: Any, change: Any) -> None:
            told.append(change)

        def watched(run: Run) -> Any:
            assert run.observe(note)
            return stop

        run = session.start("Hi", watch=watched)
        with pytest.raises(RunCancelled):
            run.result(10)
        assert isinstance(told[-1], RunEnded)
        kinds = [type(change).__name__ for change in told]
        assert kinds.index("TextAppended") < kinds.index("TurnEnded") < kinds.index("RunEnded")


def test_a_chart_that_fails_hurts_nothing(local: Open, caplog: pytest.LogCaptureFixture) -> None:
    session = local()

    def bad() -> None:
        raise ValueError("odd")

    charts = len(session._engine.watchers)
    session._engine.watchers.append(bad)
    with caplog.at_level(logging.ERROR, "ws_notebook"):
        assert session.ask('say "Hi"').text == "Hi"
    assert len(session._engine.watchers) == charts


def test_resetting_forgets_everything_but_the_settings(local: Open) -> None:
    session = local(tools=[add], instructions="Be brief.")
    old = session.ask('say "one"')
    session.reset()
    assert (session.runs, len(session.turns), len(session.frames), session.state) == ([], 0, 0, "idle")
    run = session.ask("call add(a=1, b=2)")
    assert (run.parent, run.tool_calls[0].output, session.connections) == (None, "3", 2)
    assert run.id != old.id
    assert session.ask("and?", parent=old).status == "completed"


def test_resetting_stops_what_runs(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), delta("Hal"))

    with running_peer(script) as peer:
        session = opened(peer.url)
        first, second = session.start("one"), session.start("two")
        assert next(change for change in first.stream() if isinstance(change, TextAppended))
        session.reset()
        assert [run.status for run in (first, second)] == ["cancelled"] * 2
        assert len(peer.requests) == 1
        with pytest.raises(RunCancelled):
            first.result()


def test_a_run_that_is_asked_for_while_the_session_is_reset_is_not_lost(local: Open) -> None:
    session = local()
    stop = threading.Event()

    def reset() -> None:
        while not stop.is_set():
            session.reset()

    resetting = threading.Thread(target=reset)
    resetting.start()
    try:
        for _ in range(20):
            run = session.start('say "Hi"')
            waited(run, lambda run=run: run.done)
            assert run.done
    finally:
        stop.set()
        resetting.join(20)


def test_closing_ends_everything_and_leaves_what_was_said(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), delta("Hal"))

    with running_peer(script) as peer:
        session = opened(peer.url)
        run = session.start("one")
        assert next(change for change in run.stream() if isinstance(change, TextAppended))
        session.close()
        session.close()
        assert (session.state, run.status, run.text) == ("closed", "cancelled", "Hal")
        assert "session was closed" in run.stopped
        peer.call(peer.talks[0].wait_closed())
        assert len(session.turns) == 1
        with pytest.raises(SettingsError, match="closed"):
            session.start("two")


def test_a_session_is_a_context_manager(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        with opened(peer.url) as session:
            session.ask("one")
        assert session.state == "closed"
        peer.call(peer.talks[0].wait_closed())


def test_an_observer_may_close_the_session(local: Open) -> None:
    session = local()

    def close(state: Any, change: Any) -> None:
        if isinstance(change, RunEnded):
            session.close()

    assert session.start('say "Hi"', watch=lambda run: close).result().text == "Hi"
    assert session.state == "closed"


def test_a_tool_that_asks_the_same_session_is_told_why_it_cannot(local: Open) -> None:
    @tool
    def ask_again() -> str:
        return session.ask('say "Hi"').text

    session = local(tools=[ask_again])
    run = session.ask("call ask_again()")
    assert run.tool_calls[0].status == "failed"
    assert "another Session()" in str(run.tool_calls[0].error)
    assert len(session.runs) == 1


@pytest.mark.parametrize("run_in", ["kernel", "thread"])
def test_a_tool_may_ask_the_same_session_for_a_run_of_its_own(local: Open, run_in: str) -> None:
    @tool(run_in=run_in)
    def ask_aside(words: str) -> str:
        return session.ask(f"call shout(words={words!r})", parent=None, tools=[shout]).tool_calls[0].output

    @tool
    def shout(words: str) -> str:
        return words.upper()

    session = local(tools=[ask_aside])
    run = session.ask('call ask_aside(words="one") and call ask_aside(words="two")')
    assert [call.output for call in run.tool_calls] == ["ONE", "TWO"]
    assert [each.status for each in session.runs] == ["completed"] * 3
    assert session.connections == 1


def test_a_tool_for_whose_run_there_is_no_place_is_told_so(opened: Open, server: RunningServer) -> None:
    @tool
    def ask_aside() -> str:
        return session.ask('say "Hi"', parent=None).text

    narrow = msgspec.structs.replace(PROFILES["local"], lanes=0, in_flight=1, sockets=1)
    session = opened(server.base_url, profile=narrow, api_key=server.token, tools=[ask_aside])
    run = session.ask("call ask_aside()")
    assert "another Session()" in str(run.tool_calls[0].error)
    assert [each.status for each in session.runs] == ["completed", "cancelled"]


def test_a_tool_may_ask_another_session(local: Open) -> None:
    @tool
    def ask_other() -> str:
        return other.ask('say "from the other one"').text

    other = local()
    run = local(tools=[ask_other]).ask("call ask_other()")
    assert run.tool_calls[0].output == "from the other one"


def test_several_runs_that_cannot_connect_each_fail(opened: Open, unused_port: int) -> None:
    session = opened(f"http://127.0.0.1:{unused_port}/v1")
    runs = [session.start(word) for word in ("one", "two", "three")]
    for run in runs:
        with pytest.raises(ConnectionFailed, match="connection refused"):
            run.result(20)
    assert session.state == "idle"


def test_the_repr_names_the_provider_and_hides_the_query(opened: Open) -> None:
    session = opened("http://127.0.0.1:1/v1?key=hidden-in-the-query")
    assert repr(session) == "<Session 127.0.0.1:1 http://127.0.0.1:1/v1 model='demo' idle, 0 runs>"


def test_what_is_looked_at_while_it_streams_is_whole(opened: Open) -> None:
    go = threading.Event()

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"))
        for number in range(200):
            await talk.send(delta(f"{number} "))
        await talk.send(completed("resp_1"))

    with running_peer(script) as peer:
        session = opened(peer.url)
        run = session.start("Hi")

        def look() -> None:
            while not go.wait(0.002):
                assert len(session.turns) <= 1
                assert list(session.frames["type"][:1]) in ([], ["response.create"])
                assert run.text == "" or run.text.startswith("0 ")

        looking = threading.Thread(target=look)
        looking.start()
        run.result(30)
        go.set()
        looking.join(30)
        assert run.text == "".join(f"{number} " for number in range(200))


def test_the_time_line_of_nothing_is_an_error_that_says_so(local: Open) -> None:
    with pytest.raises(SettingsError, match="no run yet"):
        local().timeline()


def test_every_error_of_a_run_is_of_one_family(local: Open) -> None:
    session = local(tools=[step], max_turns=1)
    with pytest.raises(WsNotebookError):
        session.ask("2 times: call step(i=…)")


def test_a_warm_up_opens_the_connection_and_the_next_question_continues_it(local: Open) -> None:
    session = local(instructions="Be brief.")
    warm = session.warm_up().result()
    assert (warm.status, warm.text, session.state) == ("completed", "", "open")
    run = session.ask('say "ready"')
    assert (run.parent, run.turns[0].parent_id) == (warm, warm.response_id)
    assert (run.text, session.connections) == ("ready", 1)


def test_words_said_to_a_running_answer_are_worked_in() -> None:
    with Session(provider="local") as session:
        run = session.start("write 120 words")
        assert next(change for change in run.stream() if isinstance(change, TextAppended))
        steer = run.steer('say "enough"')
        assert run.result(20).text.endswith("enough")
        assert (steer.status, run.status, len(run.turns)) == ("applied", "completed", 2)
        with pytest.raises(ProtocolViolation, match="Ask again"):
            run.steer("too late")
