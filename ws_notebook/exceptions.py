"""Every error this package raises.

    WsNotebookError
    ├── SettingsError          something asked for cannot be done as asked (also a ValueError)
    ├── ConnectionFailed       no connection was made; nothing was sent
    ├── ConnectionLost         the connection ended in the middle of a turn
    ├── ProtocolViolation      the peer, or a caller of the core, broke the order of the protocol
    ├── ToolError              a tool cannot be defined, called or answered
    ├── FormatError            an answer is not of the form that was asked for (also a ValueError)
    ├── MaxTurnsExceeded       the tool loop reached its limit
    ├── RunCancelled           the run was stopped
    └── ProviderError          the provider answered with an error
        ├── AuthenticationFailed
        └── RateLimited

Each message ends with what to do next. `error.run` is the run that failed, where there is one.
"""

from __future__ import annotations

from typing import Any

from .manual import BRIEF, address, entry_of

__all__ = [
    "AuthenticationFailed",
    "ConnectionFailed",
    "ConnectionLost",
    "FormatError",
    "MaxTurnsExceeded",
    "ProtocolViolation",
    "ProviderError",
    "RateLimited",
    "RunCancelled",
    "SettingsError",
    "ToolError",
    "WsNotebookError",
]


class WsNotebookError(Exception):
    """The root of every error of this package."""

    run: Any = None
    """The `Run` that failed, or None."""
    struck: tuple[str, ...] = ()
    """The rules of the faults that somebody had set, where the embedded server says that it is one of them."""


class SettingsError(WsNotebookError, ValueError):
    """Raised when an argument, option, key or file is missing or not usable. Its traceback ends with `help`."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        if self._entry not in BRIEF:
            self.add_note(f"More: {self.help}")

    @property
    def help(self) -> str:
        """The address of the documentation's words about it."""
        return address(self._entry)

    @property
    def _entry(self) -> str:
        return entry_of(str(self), "settingserror")


class ConnectionFailed(WsNotebookError):
    """Raised when no connection could be opened. Nothing was sent, so asking again is safe."""

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status of a refused upgrade, or None when there was no answer at all."""
        self.retry_after = retry_after
        """The wait that the refusal asked for, in seconds, if it said one."""


class ConnectionLost(WsNotebookError):
    """Raised when the connection ends during a turn. What was streamed until then is kept."""

    def __init__(self, message: str, *, code: int | None = None, reason: str = "", unread: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.unread = unread
        """Whether the peer ended it because a message was too large, which it has not read then."""


class ProtocolViolation(WsNotebookError):
    """Raised when a step is not legal in the present state. Nothing has changed then."""


class ToolError(WsNotebookError):
    """Raised when a function cannot be a tool, or a call cannot be bound, run or answered."""


class FormatError(WsNotebookError, ValueError):
    """Raised by `run.parsed` when the answer is not of the form that was asked for. The answer itself is kept."""


class MaxTurnsExceeded(WsNotebookError):
    """Raised when a run wants one turn more than `max_turns`."""


class RunCancelled(WsNotebookError):
    """Raised by `result()` of a run that was stopped from a view or by `cancel()`."""


class ProviderError(WsNotebookError):
    """Raised when the provider answers with an error frame, a failed response or an HTTP error."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.retry_after = retry_after
        """The wait that it asked for, in seconds, if it said one."""


class AuthenticationFailed(ProviderError):
    """Raised on 401 and 403: the key is missing, wrong or not allowed to do this."""


class RateLimited(ProviderError):
    """Raised on 429. `retry_after` is the wait the provider asked for, in seconds, if it said one."""
