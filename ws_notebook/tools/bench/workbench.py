"""The workbench of a tool: try it, look at its last call, replay it, put a stand-in in its place."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Protocol, Self, overload

from ws_notebook.tools.bench.mock import UNSET, Mock
from ws_notebook.tools.bench.record import Record

if TYPE_CHECKING:
    from ws_notebook.core.turn import CallState
    from ws_notebook.tools.bench.attempt import Attempt
    from ws_notebook.tools.bench.trial import Trial, Tried

__all__ = ["Tools", "Workbench", "remember"]


class _Trying:
    """Gives each tool its `try_`. No property: Tab does not look into those."""

    @overload
    def __get__(self, tool: None, owner: type) -> Self: ...
    @overload
    def __get__(self, tool: Tried, owner: type) -> Attempt: ...
    def __get__(self, tool: Tried | None, owner: type) -> Self | Attempt:
        if tool is None:
            return self
        from ws_notebook.tools.bench.attempt import Attempt

        return Attempt(tool)


class Workbench:
    """The part of `Tool` that is for people: the model sees none of it."""

    try_ = _Trying()

    @property
    def last(self: Tried) -> Trial | None:
        """The last call, by the model or by `try_`; None before the first. `t.last.replay()` makes it again."""
        from ws_notebook.tools.bench.trial import Trial

        record = self._bench.last
        return None if record is None else Trial.of(self, record)

    def mock(self: Tried, *, returns: Any = UNSET, raises: Any = UNSET, side_effect: Any = UNSET) -> Mock:
        """Put a stand-in in the function's place for the length of a `with`: `with t.mock(returns=3) as mock: …`.

        returns      what every call returns
        raises       the exception that every call raises
        side_effect  a function called in its place, or a list: one result or exception for each call

        `mock.calls` are the arguments of each call. All copies of the tool are replaced, those of a method for every
        object. Raises `ToolError` unless exactly one is given.
        """
        signature = inspect.signature(self.function)
        return Mock(self._bench.mocks, self.name, signature, returns=returns, raises=raises, side_effect=side_effect)

    def form(self: Tried) -> Any:
        """A form (ipywidgets) with a field for each parameter and a button that calls the tool by `try_`.

        Raises `ToolError` outside of a notebook.
        """
        from ws_notebook.tools.bench.form import tool_form

        return tool_form(self)

    def _stand_in(self: Tried, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The innermost mock's answer, as the function would give it: an awaitable where it is async."""
        mock = self._bench.mocks[-1]
        return _later(mock, args, kwargs) if self.is_async else mock(args, kwargs)


class Tools(Protocol):
    """Tools by their names."""

    def get(self, name: str, /) -> Tried | None:
        """The one of this name, or None."""


def remember(tools: Tools | None, call: CallState) -> None:
    """A call of the model has its output: it is its tool's last one, where the tool is among these."""
    tool = None if tools is None else tools.get(call.name)
    if tool is None or call.output is None:
        return
    tool._bench.last = Record(
        arguments=call.arguments if call.edited is None else call.edited,
        status=call.status,
        output=call.output,
        error=call.error,
        exception=call.exception,
        ms=call.run_ms,
        call_id=call.call_id,
        run=call.turn.run_id,
    )


async def _later(mock: Mock, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    result = mock(args, kwargs)
    return await result if inspect.isawaitable(result) else result
