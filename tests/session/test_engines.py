"""Tools on real engines over loopback: ipyparallel's and Dask's. Ten calls of one turn run at the same time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pytest

from ws_notebook import Session, tool

__all__: list[str] = []

Open = Callable[..., Session]

# Both announce changes of their own, and of what they use, while they start.
pytestmark = [pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore")]


def start_dask() -> Iterator[Executor]:
    from distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 5, "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client.get_executor()


def start_ipyparallel() -> Iterator[Executor]:
    import ipyparallel

    with ipyparallel.Cluster(n=10, log_level=40) as client:
        client.wait_for_engines(10, timeout=120)
        yield client.executor()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(start_dask, id="dask"),
        pytest.param(
            start_ipyparallel,
            id="ipyparallel",
            marks=pytest.mark.packages,
        ),
    ],
)
def engine(request: pytest.FixtureRequest) -> Iterator[Executor]:
    yield from request.param()


def test_ten_calls_run_at_the_same_time(local: Open, engine: Executor, tmp_path: Path) -> None:
    @tool(run_in=engine)
    def meet(n: int, folder: str) -> int:
        """Waits until ten are here."""
        import time
        from pathlib import Path

        Path(folder, str(n)).touch()
        patience = time.monotonic() + 60
        while len(list(Path(folder).iterdir())) < 10:
            assert time.monotonic() < patience, "the others do not come"
            time.sleep(0.01)
        return n

    session = local(tools=[meet])
    run = session.ask("call " + " and ".join(f"meet(n={n}, folder={str(tmp_path)!r})" for n in range(10)))
    assert [call.output for call in run.tool_calls] == [str(n) for n in range(10)]


def test_the_same_call_twice_is_made_twice(local: Open, engine: Executor, tmp_path: Path) -> None:
    @tool(run_in=engine)
    def note(folder: str) -> None:
        import uuid
        from pathlib import Path

        Path(folder, uuid.uuid4().hex).touch()

    run = local(tools=[note]).ask(f"call note(folder={str(tmp_path)!r}) then call note(folder={str(tmp_path)!r})")
    assert [call.status for call in run.tool_calls] == ["completed"] * 2
    assert len(list(tmp_path.iterdir())) == 2


def test_what_fails_there_is_an_answer_here(local: Open, engine: Executor) -> None:
    @tool(run_in=engine)
    def boom() -> None:
        raise ValueError("odd")

    run = local(tools=[boom]).ask("call boom()")
    call = run.tool_calls[0]
    assert (call.status, run.status) == ("failed", "completed")
    assert "odd" in call.output


def test_values_of_the_notebook_travel_there_and_back(local: Open, engine: Executor) -> None:
    factor = 3

    @tool(run_in=engine)
    def scaled(values: list[int]) -> dict[str, Any]:
        return {"scaled": [value * factor for value in values], "elsewhere": os.getpid()}

    import json

    run = local(tools=[scaled]).ask("call scaled(values=[1, 2])")
    found = json.loads(run.tool_calls[0].output)
    assert found["scaled"] == [3, 6]
    assert found["elsewhere"] != os.getpid()


def test_a_call_that_takes_too_long_there_is_given_up(local: Open, engine: Executor, tmp_path: Path) -> None:
    flag = tmp_path / "go"

    @tool(run_in=engine, timeout=0.5)
    def waits(path: str) -> None:
        import time
        from pathlib import Path

        while not Path(path).exists():
            time.sleep(0.01)

    session = local(tools=[waits])
    call = session.ask(f"call waits(path={str(flag)!r})").tool_calls[0]
    flag.touch()
    assert call.status == "timed_out"
    assert "may still be running" in (call.error or "")
    assert session.ask('say "next"').text == "next"
