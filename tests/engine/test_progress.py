"""How far running calls are: what a tool reports is shown, the latest of it, and not too often."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from ws_notebook import Context, Session, tool
from ws_notebook.core.changes import CallChanged
from ws_notebook.core.turn import Progress

__all__: list[str] = []

Open = Callable[..., Session]


class Seen:
    """The reports that observers of a run are told, each once; a tool can wait for one."""

    def __init__(self) -> None:
        self.reports: list[Progress] = []
        self.news = threading.Condition()

    def watch(self, run: Any) -> Callable[[Any, Any], None]:
        return self.look

    def look(self, _: Any, change: Any) -> None:
        report = change.call.progress if isinstance(change, CallChanged) else None
        with self.news:
            if report is not None and report not in self.reports:
                self.reports.append(report)
                self.news.notify_all()

    def wait_for(self, found: Callable[[Progress], bool]) -> None:
        with self.news:
            assert self.news.wait_for(lambda: any(found(each) for each in self.reports), 20)


def test_progress_is_shown_while_the_tool_runs(local: Open) -> None:
    seen = Seen()

    @tool
    def load(ctx: Context) -> str:
        ctx.progress(0.25, "reading")
        seen.wait_for(lambda each: (each.fraction, each.text) == (0.25, "reading"))
        for n in range(100):
            ctx.progress(0.5 + n / 200, "adding up")
        seen.wait_for(lambda each: each.fraction == 0.995)
        return "done"

    run = local(tools=[load]).start("call load()", watch=seen.watch).result(20)
    assert run.tool_calls[0].output == "done"
    assert len(seen.reports) < 20


@pytest.mark.parametrize("run_in", ["kernel", "thread"])
def test_each_value_of_a_generator_is_shown_and_the_last_goes_to_the_model(local: Open, run_in: Any) -> None:
    seen = Seen()

    @tool(run_in=run_in)
    def count(n: int) -> Iterator[dict[str, int]]:
        for i in range(1, n + 1):
            yield {"so far": i}
            seen.wait_for(lambda each: each.partial == f'{{"so far":{i}}}' and each.count == i)  # noqa: B023

    run = local(tools=[count]).start("call count(n=3)", watch=seen.watch).result(20)
    assert run.tool_calls[0].output == '{"so far":3}'
    assert [each.count for each in seen.reports] == [1, 2, 3]


def test_an_asynchronous_generator_too(local: Open) -> None:
    seen = Seen()

    @tool
    async def count(n: int) -> AsyncIterator[str]:
        for i in range(n):
            yield f"part {i}"

    run = local(tools=[count]).start("call count(n=2)", watch=seen.watch).result(20)
    assert run.tool_calls[0].output == "part 1"
    assert seen.reports[0].partial in ("part 0", "part 1")


def test_the_context_is_that_of_the_call(local: Open) -> None:
    seen: list[Context] = []

    @tool
    def look(n: int, ctx: Context) -> int:
        seen.append(ctx)
        assert not ctx.cancelled
        return n

    run = local(tools=[look]).ask("call look(n=1) and look(n=2)")
    assert [each.run for each in seen] == [run, run]
    assert [each.call for each in seen] == run.tool_calls
    assert all(each.cancelled for each in seen)


def test_a_report_after_the_end_changes_nothing(local: Open) -> None:
    kept: list[Context] = []

    @tool
    def keep(ctx: Context) -> str:
        kept.append(ctx)
        ctx.progress(0.5)
        return "done"

    session = local(tools=[keep])
    run = session.ask("call keep()")
    before = run.tool_calls[0].progress
    kept[0].progress(1.0, "too late")
    session.ask('say "next"')
    assert run.tool_calls[0].progress is before


def test_a_generator_in_a_thread_ends_at_its_next_value_once_its_run_is_stopped(local: Open) -> None:
    begun, closed, go_on = threading.Event(), threading.Event(), threading.Event()

    @tool(run_in="thread")
    def endless() -> Iterator[int]:
        try:
            while True:
                begun.set()
                go_on.wait(20)
                yield 1
        finally:
            closed.set()

    run = local(tools=[endless]).start("call endless()")
    assert begun.wait(20)
    run.cancel()
    go_on.set()
    assert closed.wait(20)
    # Late as soon as its thread has said that it ended.
    assert run.tool_calls[0].status in ("cancelled", "late")
