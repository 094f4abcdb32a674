"""What a session is to its runs, figures, chats and recordings, and to the panel; and what a run is to all of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Unpack

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

__all__ = ["Asked", "Host"]

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
    """A session, as its users hold it: it makes the handles `R` of runs. See `Session` for what each of these is."""

    settings: Settings
    tools: ToolRegistry
    store: bool
    instructions: str | None
    max_turns: int
    options: dict[str, Any]
    on_approval: Callable[[PendingCall], object] | None
    waits: Waits
    epoch: float

    @property
    def _engine(self) -> Engine:
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
    def runs(self) -> list[R]: ...

    @property
    def state(self) -> str: ...

    @property
    def connections(self) -> int: ...

    @property
    def rotations(self) -> int: ...

    @property
    def opened_at(self) -> float | None: ...

    @property
    def lanes(self) -> list[Lane]: ...

    @property
    def at_once(self) -> int: ...

    @property
    def keys(self) -> Keys: ...

    @property
    def turns(self) -> pd.DataFrame: ...

    @property
    def tool_calls(self) -> pd.DataFrame: ...

    @property
    def frames(self) -> pd.DataFrame: ...

    def header(self, run: RunState | None = None) -> RunHeader: ...

    def watch(self, callback: Callable[[], None]) -> None: ...

    def latency(self) -> Any: ...

    def timeline(self, run: R | None = None) -> Any: ...

    def panel(self) -> Any: ...

    def chat(self) -> Any: ...

    def trace(self, path: str | Path) -> Path: ...

    def export_spans(self, provider: Any = None, *, content: bool = False) -> None: ...

    # Ending.

    def reset(self) -> None: ...

    def close(self) -> None: ...
