"""A stand-in for a tool's function, for the length of a `with`."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.context import Context

__all__ = ["UNSET", "Mock"]


class _Unset:
    def __repr__(self) -> str:
        return "nothing"


UNSET = _Unset()


class Mock:
    """What a tool does instead of calling its function; made by `Tool.mock`.

    A context manager: from `with` to its end, whoever calls the tool (the model, `try_`, your own code) gets the
    stand-in's answer. Arguments are validated as ever. Of several, the innermost counts.
    """

    def __init__(self, in_use: list[Mock], label: str, signature: inspect.Signature, **answers: Any) -> None:
        """`in_use` are the tool's stand-ins, the innermost last: from `with` to its end it is among them.

        `answers` are `returns`, `raises` and `side_effect`, two of them UNSET.
        """
        given = [name for name, value in answers.items() if value is not UNSET]
        if len(given) != 1:
            raise ToolError(
                f"{label}.mock() takes one of returns=, raises= and side_effect=, not {' and '.join(given) or 'none'}."
            )
        self.calls: list[dict[str, Any]] = []
        """The arguments of every call so far, by name; defaults included, the context not."""
        self._in_use = in_use
        self._signature = signature
        self._answer = _answering(label, **answers)

    @property
    def called(self) -> bool:
        """Whether it was called at all."""
        return bool(self.calls)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The stand-in's answer to this call. Raises TypeError for arguments that the function does not take."""
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        self.calls.append({name: value for name, value in bound.arguments.items() if not isinstance(value, Context)})
        return self._answer(*args, **kwargs)

    def __enter__(self) -> Self:
        self._in_use.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._in_use[:] = [each for each in self._in_use if each is not self]

    def __repr__(self) -> str:
        return f"<Mock, called {len(self.calls)} times>"


def _answering(label: str, returns: Any, raises: Any, side_effect: Any) -> Callable[..., Any]:
    if returns is not UNSET:
        return lambda *args, **kwargs: returns
    if raises is not UNSET:
        if not _is_error(raises):
            raise ToolError(f"{label}.mock(raises=…) takes an exception, not {raises!r:.60}.")
        return _in_turn(itertools.repeat(raises), label)
    if callable(side_effect):
        function: Callable[..., Any] = side_effect
        return function
    if isinstance(side_effect, Iterable):
        return _in_turn(iter(side_effect), label)
    raise ToolError(f"{label}.mock(side_effect=…) takes a function, or a list of results and exceptions.")


def _in_turn(answers: Iterator[Any], label: str) -> Callable[..., Any]:
    """Each call takes the next answer; an exception among them is raised."""

    def answer(*args: Any, **kwargs: Any) -> Any:
        try:
            found = next(answers)
        except StopIteration:
            raise ToolError(f"The mock of {label} has no further answer: side_effect was too short.") from None
        if _is_error(found):
            raise found
        return found

    return answer


def _is_error(value: Any) -> bool:
    return isinstance(value, BaseException) or (inspect.isclass(value) and issubclass(value, BaseException))
