"""How a run begins, once everything that it asks is known and checked."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ..core.changes import Change
from ..core.run import Latest, RequestSettings, RunState
from ..engine.engine import Engine
from ..tools import ToolRegistry
from ..tools.hosted import secrets_of
from .export import SpanExports
from .keeper import Keeper
from .question import Question
from .run import Run

if TYPE_CHECKING:
    from ..tools.schema.structured import TextFormat

__all__ = ["Beginner", "begin", "new_state"]

Watcher = Callable[[Run], Callable[[RunState, Change], None]]


class Beginner(Protocol):
    """A session, to what begins its runs."""

    _keeper: Keeper[Any]
    _spans: SpanExports
    _numbers: itertools.count[int]

    @property
    def _engine(self) -> Engine:
        """What happens to its runs."""


def new_state(name: str, asked: Question, request: RequestSettings, wants: object) -> RunState:
    """The data of a run that has not begun. `wants`: its parent, as `RunState.wants` has it."""
    return RunState(
        id=name,
        input=asked.items,
        pictures=asked.pictures,
        notes=asked.notes,
        source=asked.source,
        settings=request,
        wants=wants if isinstance(wants, Latest | RunState | str) else None,
        asked=time.monotonic(),
        asked_at=time.time(),
    )


def begin(
    session: Beginner,
    asked: Question,
    request: RequestSettings,
    offered: ToolRegistry,
    *,
    wanted: TextFormat | None,
    wants: object,
    watch: Watcher | None,
    name: str | None = None,
) -> Run:
    """Begin a run of the session, and return at once. `wanted`: the form of its answer; `name`: default: the next."""
    engine = session._engine
    engine.keys.add(secret for each in request.tools for secret in secrets_of(each))
    state = new_state(name or f"r{next(session._numbers)}", asked, request, wants)
    run = Run(engine, session._keeper.handle, state, offered, wanted)
    if watch is not None:
        run._course.add(watch(run))
        # Making a first picture takes a while; the clock starts behind it.
        engine.protocol.start_clock(state, time.monotonic(), time.time())
    session._spans.follow(run)
    engine.start(run._course, session)
    return run
