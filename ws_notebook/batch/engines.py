"""Engines of the user's, to a batch: who works there, and handing out rows. A client of Dask, or of ipyparallel."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, Protocol

from ..engine.portal import portal
from ..exceptions import SettingsError
from ..tools.values.loaded import loaded

__all__ = ["Engine", "Remote", "Report", "Task", "engine_of", "is_stopped"]

_FETCHING = 2.0
"""Seconds in which what a worker has given is fetched, or else looked at again later."""

Report = Callable[[list[dict[str, Any]]], None]
"""Told, in any thread, of rows that have ended on a worker."""


class Task(NamedTuple):
    """Rows that were handed out."""

    done: Callable[[], bool]
    """Whether their worker has given what came of them, or failed."""
    result: Callable[[], Any]
    """All that came of them. Raises what the worker failed with; TimeoutError where it cannot be had for now."""
    cancel: Callable[[], object]
    """Nobody waits for it any more."""


class Engine(Protocol):
    """A cluster. `name`: what it is called in words."""

    name: str

    def workers(self) -> list[str]:
        """Who works there now."""

    def submit(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Task:
        """Have it called by this worker, and by no other."""

    def begin(self, topic: str, report: Report) -> None:
        """Have rows reported while their task goes on, where the engine can."""

    def end(self, topic: str, *, stopped: bool) -> None:
        """The batch is over; `stopped`: workers are to ask no further row."""


class Remote(NamedTuple):
    """How a worker asks: `function(recipe, rows, topic)`, where a row is its position and what it is asked."""

    engine: Engine
    function: Callable[..., Any]
    recipe: Any


class _Dask:
    name = "Dask"

    def __init__(self, client: Any) -> None:
        self._client = client

    def workers(self) -> list[str]:
        try:
            return list(self._client.scheduler_info(n_workers=-1)["workers"])
        except TypeError:  # an older one always tells of all
            return list(self._client.scheduler_info()["workers"])

    def submit(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Task:
        # A task that its worker's end would hand on by itself is asked in full once more: the batch does that better.
        asked = self._client.submit(
            function, *arguments, workers=[worker], allow_other_workers=False, pure=False, retries=0
        )
        # What a worker gives stays with it until it is fetched: where it is lost first, fetching waits for ever.
        return Task(asked.done, partial(asked.result, timeout=_FETCHING), asked.cancel)

    def begin(self, topic: str, report: Report) -> None:
        self._client.subscribe_topic(topic, lambda event: report(event[1]))

    def end(self, topic: str, *, stopped: bool) -> None:
        with contextlib.suppress(Exception):
            self._client.unsubscribe_topic(topic)
        if stopped:
            with contextlib.suppress(Exception):
                self._client.run(_stop_here, topic, on_error="ignore")


class _Parallel:
    name = "ipyparallel"

    def __init__(self, client: Any) -> None:
        self._client = client

    def workers(self) -> list[str]:
        return [str(each) for each in self._client.ids]

    def submit(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Task:
        asked = self._client[int(worker)].apply_async(function, *arguments)

        def give_up() -> None:
            with contextlib.suppress(Exception):
                asked.abort()

        return Task(asked.ready, partial(asked.get, timeout=0), give_up)

    def begin(self, topic: str, report: Report) -> None:
        """Its engines tell of rows with the end of their task."""

    def end(self, topic: str, *, stopped: bool) -> None:
        """Nothing is open."""


def _stop_here(topic: str) -> None:
    portal().shared[topic] = True


def is_stopped(topic: str) -> bool:
    """On a worker: whether nobody waits any more for what it asks."""
    return topic in portal().shared


def engine_of(client: Any) -> Engine:
    """The engine behind `on=`. Raises SettingsError for what is none."""
    if isinstance(client, loaded("distributed", "Client")):
        if client.asynchronous:
            raise SettingsError("on= takes a Dask client that is not asynchronous: Client(…).")
        return _Dask(client)
    if isinstance(client, loaded("ipyparallel", "Client")):
        return _Parallel(client)
    view = loaded("ipyparallel.client.view", "View")
    if isinstance(client, view):
        return _Parallel(client.client)
    raise SettingsError(
        f"on= takes a Client of Dask or ipyparallel, or a view of the latter, not {type(client).__name__}. "
        "Without it the rows are asked from here."
    )
