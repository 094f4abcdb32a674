"""A tool that gives again what calls of another run gave, and calls nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.bench.record import Bench
from ws_notebook.tools.call import BoundCall
from ws_notebook.tools.function import Tool
from ws_notebook.tools.schema.function import FunctionSchema

__all__ = ["Player"]

_MOST = 100_000_000
"""Characters: what a tool gave once is not cut again."""


class Player(Tool[..., Any]):
    """Stands for the function of this definition; `given` are its calls of then, as (arguments, output).

    A call is given the output of one with the same arguments that was not given yet, else of the next one in order; at
    the end the last one again.
    """

    def __init__(self, definition: Mapping[str, Any], given: Iterable[tuple[str, Any]]) -> None:
        self._definition = dict(definition)
        self._left = list(given)
        self._last: Any = ""
        self._lock = threading.Lock()
        self.name = self.__name__ = self.__qualname__ = str(definition.get("name"))
        self.description = self.__doc__ = str(definition.get("description") or "")
        self.function = self._play
        self.max_output = _MOST
        self.format = definition.get("format")
        self._bench = Bench()
        parameters = dict(definition.get("parameters") or {"type": "object", "properties": {}})
        self._schema = FunctionSchema((), parameters, parameters, "")

    @property
    def definition(self) -> dict[str, Any]:
        return dict(self._definition)

    def parsed(self, arguments: str) -> dict[str, Any]:
        return {"arguments": arguments}

    def bind(self, arguments: str) -> BoundCall:
        return BoundCall(self, (), self.parsed(arguments))

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise ToolError(f"Tool {self.name!r} plays a run of this process, and cannot go to another one.")

    def _play(self, *, arguments: str) -> Any:
        with self._lock:
            same = next((place for place, (asked, _) in enumerate(self._left) if asked == arguments), 0)
            if self._left:
                self._last = self._left.pop(same)[1]
            return "" if self._last is None else self._last
