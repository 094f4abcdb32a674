"""What a session is to its runs, figures, chats and recordings, and to the panel; and what a run is to all of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Unpack, cast

import msgspec

from ..core.lane import Lane
from ..core.run import RunState
from ..core.waits import Waits
from ..engine.course import Course
from ..engine.engine import Engine
from ..render.header import RunHeader
from ..secrets import Keys
from ..settings import Settings
from ..tools import Toolable, ToolRegistry
from ..tools.approval import PendingCall
from .asking import AskSettings, MapSettings, StartSettings
from .question import Input, Question

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Asked", "Host", "alike"]

R = TypeVar("R")


class Asked(Protocol):
    """A run, to what waits for it, shows it or hands it on."""

    @property
    def _engine(self) -> Engine:
        """What happens to it."""

    @property
    def _course(self) -> Course:
        """What is known of it."""


class Host(Protocol[R]):
    """A session, as its users hold it: it makes the handles `R` of runs.

    How it is looked at stands here. See `Session` for what each of the others is.
    """

    settings: Settings
    tools: ToolRegistry
    store: bool
    instructions: str | None
    max_turns: int
    options: dict[str, Any]
    on_approval: Callable[[PendingCall], object] | None
    waits: Waits
    epoch: float

    _engine: Engine
    """What happens to its runs. It stays when nobody holds the session any more."""

    # Asking.

    def ask(self, input: Input | Question, **settings: Unpack[AskSettings[R]]) -> R: ...

    async def ask_async(self, input: Input | Question, **settings: Unpack[AskSettings[R]]) -> R: ...

    def start(self, input: Input | Question, **settings: Unpack[StartSettings[R]]) -> R: ...

    def warm_up(self, tools: Iterable[Toolable] | None = None) -> R: ...

    def compact(self, parent: R | None = None) -> R: ...

    def map(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any: ...

    async def map_async(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any: ...

    def start_map(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any: ...

    # Looking.

    @property
    def runs(self) -> list[R]:
        """Every run, oldest first."""
        return [cast(R, course.handle) for course in self._engine.shown()]

    @property
    def state(self) -> str:
        """closed, connecting, open (a connection is there) or idle (none is; the next question opens one)."""
        if self._engine.closed:
            return "closed"
        return "open" if self._engine.traffic.open else "connecting" if self._engine.traffic.connecting else "idle"

    @property
    def connections(self) -> int:
        """How many connections were opened so far, one after another or side by side."""
        return self._engine.traffic.connections

    @property
    def rotations(self) -> int:
        """How many connections were left because of their age."""
        return self._engine.protocol.rotations

    @property
    def opened_at(self) -> float | None:
        """When the oldest present connection was opened, in seconds of the monotonic clock; None without one."""
        return self._engine.traffic.opened_at

    @property
    def lanes(self) -> list[Lane]:
        """The lanes of every connection: what is in flight on each."""
        return [lane for link in self._engine.protocol.links for lane in link.lanes]

    @property
    def at_once(self) -> int:
        """How many runs can have a response in flight at the same time: on lanes, or else on connections."""
        abilities = self._engine.protocol.learned.abilities
        return abilities.limits.in_flight if abilities.limits.named else abilities.sockets

    @property
    def turns(self) -> pd.DataFrame:
        """A row for each turn, newest last; times in milliseconds."""
        from .. import tables

        return tables.turns_table(self._engine.states(), epoch=self.epoch)

    @property
    def tool_calls(self) -> pd.DataFrame:
        """A row for each tool call, newest last; times in milliseconds."""
        from .. import tables

        return tables.calls_table(self._engine.states(), epoch=self.epoch, keys=self.keys)

    @property
    def frames(self) -> pd.DataFrame:
        """A row for each frame, newest last."""
        from .. import tables

        return tables.frames_table(self._engine.protocol.frames, epoch=self.epoch)

    @property
    def keys(self) -> Keys:
        """The secrets that are shown nowhere."""
        return self._engine.keys

    def header(self, run: RunState | None = None) -> RunHeader:
        """What a view writes over a run of this session."""
        return self._engine.header(run)

    def watch(self, callback: Callable[[], None]) -> None:
        """Have it called on the session's loop after every change, until it fails; it returns at once."""
        self._engine.watchers.append(callback)

    def latency(self) -> Any: ...

    def timeline(self, run: R | None = None) -> Any: ...

    def panel(self) -> Any: ...

    def chat(self) -> Any: ...

    def trace(self, path: str | Path) -> Path: ...

    def export_spans(self, provider: Any = None, *, content: bool = False) -> None: ...

    # Ending.

    def reset(self) -> None: ...

    def close(self) -> None: ...


def alike(session: Host[Any]) -> dict[str, Any]:
    """The arguments of a session of the same provider and settings, but for its tools."""
    given = msgspec.structs.asdict(session.settings)
    given["provider"] = given.pop("base_url") or session.settings.profile.name
    given["through"] = given["through"] or None
    own = ("waits", "store", "instructions", "max_turns", "options")
    return {**given, **{name: getattr(session, name) for name in own}}
