"""What a batch needs of a session: it asks one row, or warms up. Sessions have one made for each batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ..core.changes import Change
from ..core.handle import RunHandle
from ..core.run import RunState
from ..engine.course import Course
from ..engine.engine import Engine
from .template import Asked

if TYPE_CHECKING:
    from ..tools.schema.structured import TextFormat

__all__ = ["Asker", "RowRun", "Watch"]


class RowRun(RunHandle, Protocol):
    """A run of a row, or the line of a batch."""

    state: RunState

    @property
    def _course(self) -> Course:
        """What is known of it."""

    @property
    def error(self) -> Exception | None:
        """Why it failed."""


Watch = Callable[[RowRun], Callable[[RunState, Change], None]]


class Asker(Protocol):
    """A session, with what all rows of a batch are asked alike."""

    engine: Engine
    format: TextFormat | None
    """The form of the answers, or None."""
    model: str
    longest: int | None
    """The most tokens of an answer, where that was asked for."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What makes it this question, besides the prompt: for the journal."""

    @property
    def has_lanes(self) -> bool:
        """Whether many answers share a connection."""

    @property
    def at_once(self) -> int:
        """How many rows can be asked at the same time."""

    @property
    def warms_up(self) -> bool:
        """Whether what all rows have in common can be read ahead, on a lane that they fork from."""

    def open_line(self, words: str) -> RowRun:
        """The run that stands for the batch among the session's runs."""

    def ask(self, question: Asked, parent: RowRun | None, watch: Watch, whole: Any = None) -> RowRun:
        """Ask, and return at once. `whole`: the row, for pictures that depend on it."""

    def warm_up(self, watch: Watch) -> RowRun:
        """Have what all rows have in common read ahead."""
