from __future__ import annotations

import asyncio
import inspect
import json
import re
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from magics.shells import shell_here
from tools.pickled import thrice

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.bench.attempt import Attempt

__all__: list[str] = []


@dataclass
class Place:
    name: str
    north: float = 0.0


@tool
def visited(place: Place, on: date, times: int = 1) -> dict[str, Any]:
    """When a place was visited."""
    return {"where": place.name, "year": on.year * times}


@tool
def failing(message: str) -> None:
    raise OSError(message)


def test_values_dicts_and_json_go_in_alike_and_come_out_as_the_model_reads_them() -> None:
    expected = '{"where":"Oslo","year":2026}'
    assert visited.try_(place=Place("Oslo"), on=date(2026, 1, 2)).output == expected
    assert visited.try_({"place": {"name": "Oslo"}, "on": "2026-01-02", "times": None}).output == expected
    tried = visited.try_('{"place": {"name": "Oslo", "north": 1}, "on": "2026-01-02"}')
    assert tried.output == expected
    assert tried.item == {"type": "function_call_output", "call_id": "call_by_hand", "output": expected}
    assert tried.ok
    assert tried.ms is not None
    assert tried.ms > 0


def test_a_failure_is_told_and_not_raised() -> None:
    tried = failing.try_(message="no disk")
    assert (tried.status, tried.error) == ("failed", "OSError: no disk")
    assert json.loads(str(tried.output)) == {"error": {"type": "OSError", "message": "no disk"}}
    assert "raise OSError(message)" in tried.traceback
    assert "executor.py" not in tried.traceback


def test_arguments_that_do_not_fit_are_explained_as_they_are_to_the_model() -> None:
    tried = visited.try_(place=Place("Oslo"), when=1)
    assert tried.status == "failed"
    assert "on: missing, and required" in str(tried.output)
    assert "when: unknown" in str(tried.output)
    assert "not valid JSON" in str(visited.try_("{").output)
    assert tried.traceback == ""


def test_what_no_model_could_send_is_refused() -> None:
    with pytest.raises(ToolError, match="cannot be written as JSON"):
        visited.try_(place=object())
    with pytest.raises(ToolError, match="not both"):
        visited.try_("{}", times=1)


def test_the_plain_function_stays_one() -> None:
    assert visited(Place("Oslo"), date(2026, 1, 2), times=2) == {"where": "Oslo", "year": 4052}
    with pytest.raises(OSError, match="no disk"):
        failing("no disk")


def test_a_coroutine_function_runs_with_and_without_a_running_loop() -> None:
    @tool
    async def later(a: int) -> int:
        await asyncio.sleep(0)
        return a

    assert later.try_(a=2).output == "2"


def test_it_runs_where_calls_run() -> None:
    @tool
    def here() -> bool:
        return threading.current_thread() is threading.main_thread()

    with ThreadPoolExecutor(1) as pool:
        assert here.try_().output == "true"
        assert tool(here, run_in="thread").try_().output == "false"
        assert tool(here, run_in=pool).try_().output == "false"


def test_it_runs_in_another_process() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert tool(thrice, run_in=pool).try_(a=4).output == "12"


def test_a_call_past_its_time_is_interrupted_in_the_main_thread() -> None:
    @tool(timeout=0.05)
    def slow() -> str:
        time.sleep(30)
        return "late"

    tried = slow.try_()
    assert tried.status == "timed_out"
    assert tried.error == "The tool did not finish within 0.05 s."


def test_a_call_past_its_time_goes_on_in_a_thread_and_that_is_said() -> None:
    go_on = threading.Event()

    @tool(timeout=0.05, run_in="thread")
    def slow() -> None:
        go_on.wait()

    tried = slow.try_()
    go_on.set()
    assert tried.status == "timed_out"
    assert "may still be running" in str(tried.error)


def test_the_users_interrupt_passes_through() -> None:
    @tool
    def stopped() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped.try_()


def test_what_looks_like_a_key_is_taken_out_as_it_is_for_the_model() -> None:
    key = "sk-" + 40 * "a"

    @tool
    def leak(raised: bool) -> str:
        if raised:
            raise ValueError(key)
        return f"the key is {key}"

    assert leak.try_(raised=False).item["output"] == "the key is [secret]"
    failed = leak.try_(raised=True)
    assert failed.output == '{"error": {"type": "ValueError", "message": "[secret]"}}'
    assert failed.error == "ValueError: [secret]"


def test_an_interrupt_shows_the_users_lines_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    @tool
    def stopped() -> int:
        raise KeyboardInterrupt

    with shell_here(str(tmp_path)) as shell:
        shell.push({"stopped": stopped})
        shell.run_cell("stopped.try_()")
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert "stopped.try_()" in shown
    assert "KeyboardInterrupt" in shown
    assert "executor.py" not in shown


def test_the_parameters_are_offered_by_name() -> None:
    assert isinstance(visited.try_, Attempt)
    assert list(inspect.signature(visited.try_).parameters) == ["place", "on", "times"]
    assert "exactly as the model would" in (visited.try_.__doc__ or "")
    assert repr(visited.try_) == "<visited.try_: call it as the model would, as in visited.try_(…)>"
