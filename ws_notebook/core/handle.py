"""What users hold of a run and of a call: made above this floor, and known here by what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..secrets import Keys

__all__ = ["CallHandle", "RunHandle"]


class RunHandle(Protocol):
    """A run as users hold it: `ws_notebook.Run`."""

    @property
    def id(self) -> str:
        """Its name within the session: "r7"."""

    @property
    def status(self) -> str:
        """in_progress, completed, incomplete, failed, cancelled or unanswered."""

    @property
    def done(self) -> bool:
        """Whether it has ended, in whatever way."""

    @property
    def text(self) -> str:
        """The answer so far."""

    @property
    def parsed(self) -> Any:
        """The answer as a value of the form that was asked for, or None."""

    def result(self, timeout: float | None = None) -> RunHandle:
        """Wait for the end. Raises TimeoutError, or the run's own error."""

    def cancel(self) -> None:
        """Stop it at once."""


class CallHandle(Protocol):
    """What can be done with a tool call whose arguments are whole; see the methods of `CallState`."""

    @property
    def run(self) -> RunHandle:
        """The run that it belongs to."""

    @property
    def keys(self) -> Keys:
        """The secrets of its session, which are shown nowhere."""

    @property
    def code(self) -> str: ...

    def approve(self, arguments: Mapping[str, Any] | str | None = None) -> None: ...

    def deny(self, reason: str = "") -> None: ...

    def cell(self) -> None: ...

    def answer_with(self, output: Any, **settings: Any) -> RunHandle: ...
