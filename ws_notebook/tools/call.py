"""One call of a tool with its arguments in place."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, Any

import msgspec

from ws_notebook.tools.context import Context
from ws_notebook.tools.schema.signature import home

if TYPE_CHECKING:
    from ws_notebook.tools.schema.function import FunctionSchema

__all__ = ["BoundCall"]


class BoundCall(msgspec.Struct, frozen=True, eq=False):
    """A tool and the Python values it is called with. `run()` calls it once; it holds no state of the call."""

    tool: Callable[..., Any]
    """The `Tool`: it, and not its function, can be pickled by name."""
    args: tuple[Any, ...]
    """The positional-only arguments."""
    kwargs: dict[str, Any]
    contexts: tuple[str, ...] = ()
    """The parameters that are given the context."""

    @classmethod
    def of(cls, tool: Callable[..., Any], schema: FunctionSchema, values: dict[str, Any]) -> BoundCall:
        """Sort values by name into positional and keyword arguments."""
        positional = [parameter for parameter in schema.parameters if parameter.positional]
        given = [index for index, parameter in enumerate(positional) if parameter.name in values]
        # A default before a given positional argument has to be spelled out.
        leading = positional[: given[-1] + 1] if given else []
        args = tuple(values.get(parameter.name, parameter.default) for parameter in leading)
        names = {parameter.name for parameter in positional}
        keywords = {name: value for name, value in values.items() if name not in names}
        return cls(tool, args, keywords, schema.contexts)

    def run(self, context: Context | None = None) -> Any:
        """Call the function in this thread and return its result; an awaitable where the tool is async.

        A generator is run to its end: the result is what it returns, or else the last value it yields; `context` is
        told of each value, and the generator is closed early where the call was given up. What the function raises
        passes through. Without a `context` the function is given one of no call.
        """
        inside = context or Context()
        more = dict.fromkeys(self.contexts, inside) if self.contexts else {}
        result: Any = self.tool(*self.args, **self.kwargs, **more)
        # What most functions return is none, and is not asked further.
        if hasattr(result, "__anext__") and inspect.isasyncgenfunction(home(self.tool)):
            return _last_of_async(result, inside)
        if hasattr(result, "__next__") and inspect.isgeneratorfunction(home(self.tool)):
            return _last_of(result, inside)
        return result


def _last_of(values: Generator[Any, None, Any], context: Context) -> Any:
    last = None
    while True:
        try:
            last = next(values)
        except StopIteration as end:
            return last if end.value is None else end.value
        if not context.yielded(last):
            values.close()
            return last


async def _last_of_async(values: AsyncGenerator[Any, None], context: Context) -> Any:
    last = None
    async for last in values:
        if not context.yielded(last):
            await values.aclose()
            break
    return last
