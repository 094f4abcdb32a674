"""What a running tool may know of its call: a parameter annotated `Context` is given it, unseen by the model."""

from __future__ import annotations

import math
import time
import types
import typing
from collections.abc import Callable
from typing import Any, Final

import msgspec

from ws_notebook.core.handle import RunHandle
from ws_notebook.core.turn import CallState, Progress
from ws_notebook.tools.values import Output
from ws_notebook.tools.values.outputs import to_output

__all__ = ["Context", "is_context"]

_PARTIAL = 2_000
"""Characters of a partial result that are shown."""

_NONE: Final = Progress()

_CREDIT, _SHARE = 0.1, 0.2
"""Seconds, and the part of the time since the first, that writing down partial results may take; more are left out."""


class Context:
    """The call that a tool serves, inside of it.

    run        the `Run` that asked for the call; None where the function is called by hand
    call       the call: its id, name, arguments and status
    cancelled  whether nobody waits for the result any more: the run was stopped, or the time is over

    In another process (`run_in` an engine of processes) there is neither run nor call, and progress is not shown.
    """

    def __init__(
        self,
        run: RunHandle | None = None,
        call: CallState | None = None,
        report: Callable[[Progress], object] | None = None,
    ) -> None:
        self.run = run
        self.call = call
        self._report = report
        self._last = _NONE
        self._first = self._spent = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the call any more: it was given up, or its run was stopped."""
        return self.call is not None and bool(self.call.done)

    def progress(self, fraction: float | None = None, text: str = "") -> None:
        """Show how far it is: a number from 0 to 1, or None where that is not known, and a few words.

        Cheap enough for a loop: what is drawn is throttled. Raises TypeError for a fraction that is no number.
        """
        self._tell(fraction=_checked(fraction), text=str(text))

    def yielded(self, value: Any) -> bool:
        """A generator gave this value: show it. False: the call was given up, so no more are wanted."""
        if self._report is not None:
            began, partial = time.monotonic(), self._last.partial
            self._first = self._first or began
            if self._spent <= _CREDIT + _SHARE * (began - self._first):
                partial = _written(value)
                self._spent += time.monotonic() - began
            self._tell(partial=partial, count=self._last.count + 1)
        return not self.cancelled

    def _tell(self, **changed: Any) -> None:
        self._last = msgspec.structs.replace(self._last, **changed)
        if self._report is not None:
            self._report(self._last)

    def __repr__(self) -> str:
        return "<Context of no call>" if self.call is None else f"<Context of {self.call!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Neither the run nor the call can travel to another process."""
        return Context, ()


def is_context(annotation: Any) -> bool:
    """Whether a parameter of this type is given the context: `Context`, `Context | None`, `Annotated[Context, …]`."""
    if annotation is Context:
        return True
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return is_context(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return any(is_context(each) for each in typing.get_args(annotation))
    return False


def _checked(fraction: Any) -> float | None:
    if fraction is None:
        return None
    try:
        number = float(fraction)
    except (TypeError, ValueError):
        raise TypeError(f"progress(fraction, text): fraction is a number from 0 to 1, not {fraction!r:.60}.") from None
    return None if math.isnan(number) else min(1.0, max(0.0, number))


def _written(value: Any) -> Output:
    try:
        return to_output(value, max_output=_PARTIAL)
    except Exception:  # noqa: BLE001 - a value on the way may be anything; only the last one has to be written
        return type(value).__name__
