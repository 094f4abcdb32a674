"""Rows on a cluster of Dask's over loopback: complete, seen at the caller, and no key in a task."""

from __future__ import annotations

import functools
import os
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server import RunningServer

from ws_notebook import Network, Session, SettingsError, Waits
from ws_notebook.batch.engines import engine_of
from ws_notebook.session.elsewhere import recipe_of, session_here

__all__: list[str] = []

Open = Callable[..., Session]
VARIABLE = "WSN_KEY_FOR_WORKERS"

pytestmark = [pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore")]


def key_of_the_environment() -> str:
    return os.environ[VARIABLE]


# Workers do not have this module.
KEY_THERE = functools.partial(os.getenv, VARIABLE)


@pytest.fixture(scope="module")
def cluster(server: RunningServer) -> Iterator[Any]:
    from distributed import Client, LocalCluster

    os.environ[VARIABLE] = server.token
    options = {"n_workers": 2, "threads_per_worker": 2, "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(**options) as made, Client(made) as client:
        for nanny in made.workers.values():
            # One that is killed is not to come back: on a busy machine it may be given up once more.
            nanny.auto_restart = False
        yield client
    del os.environ[VARIABLE]


def test_workers_ask_and_a_lost_ones_rows_go_to_another(local: Open, cluster: Any, tmp_path: Path) -> None:
    session = local(api_key=KEY_THERE)
    prompt = 'think 0.3 seconds then say "{value}"'
    victim = min(cluster.run(os.getpid).values())
    batch = session.start_map(range(160), prompt, on=cluster, lanes=8, journal=tmp_path / "batch.sqlite")
    rows = batch.as_completed()
    next(rows)
    os.kill(victim, 9)
    batch.result()
    assert batch.failed.error.tolist() == []
    assert batch.frame.answer.tolist() == [str(n) for n in range(160)]
    assert set(batch.frame.attempts) == {1, 2}
    assert [run.id for run in session.runs] == [batch.id]
    again = session.map(range(160), prompt, on=cluster, lanes=8, journal=tmp_path / "batch.sqlite")
    assert again.usage["output_tokens"] == 0


def test_what_has_no_place_elsewhere_is_refused(local: Open, cluster: Any) -> None:
    session = local(api_key=KEY_THERE)
    with pytest.raises(SettingsError, match="without on="):
        session.map([1], "{value}", on=cluster, max_tokens=5)
    with pytest.raises(SettingsError, match="Client of Dask or ipyparallel"):
        session.map([1], "{value}", on=object())


def test_a_key_never_travels(local: Open) -> None:
    with pytest.raises(SettingsError, match="keys are not sent to workers"):
        recipe_of(local(), {}, 16)
    recipe = recipe_of(local(api_key=key_of_the_environment, instructions="Be brief."), {"model": "demo"}, 16)
    assert recipe.session["instructions"] == "Be brief."
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    with pytest.raises(SettingsError, match="headers="):
        recipe_of(local(api_key=key_of_the_environment, headers={"X-Team": "a"}), {}, 16)


def test_the_way_and_the_waits_of_a_session_travel() -> None:
    waits, network = Waits(silence=5), Network(rtt="5ms")
    with Session(provider="local", network=network, waits=waits) as session:
        recipe = pickle.loads(pickle.dumps(recipe_of(session, {}, 1)))
    with session_here(recipe) as there:
        assert (there.waits, there.settings.network) == (waits, network)
        assert there.settings.profile == session.settings.profile


@pytest.mark.packages
def test_a_lazy_table_gives_a_lazy_table(local: Open, cluster: Any) -> None:
    import pandas as pd

    frames = pytest.importorskip("dask.dataframe")
    lazy = frames.from_pandas(pd.DataFrame({"n": range(20)}, index=range(100, 120)), npartitions=3)
    session = local(api_key=KEY_THERE)
    found = session.map(lazy, 'say "{n}"')
    assert isinstance(found, frames.DataFrame)
    assert session.connections == 0
    assert found.compute().answer.to_dict() == {100 + n: str(n) for n in range(20)}
    for refused in ({"journal": "x.sqlite"}, {"view": "live"}, {"on": cluster}, {"keep_runs": True}):
        with pytest.raises(SettingsError, match="no place here"):
            session.map(lazy, 'say "{n}"', **refused)
    with pytest.raises(SettingsError, match="no m among the columns"):
        session.map(lazy, "{m}")


def test_what_a_worker_took_along_when_it_was_lost_is_not_waited_for(cluster: Any) -> None:
    engine = engine_of(cluster)
    # The last one: the tests before need a worker.
    worker, pid = cluster.run(os.getpid).popitem()
    task = engine.submit(worker, int, "7")
    while not task.done():
        time.sleep(0.01)
    os.kill(pid, 9)
    while worker in engine.workers():
        time.sleep(0.01)
    with pytest.raises(TimeoutError):
        task.result()
    task.cancel()
