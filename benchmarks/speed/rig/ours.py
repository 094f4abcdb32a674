"""ws_notebook, as users have it: `session.ask`."""

from __future__ import annotations

import inspect
from typing import Any, Literal

from rig import wire
from rig.tool import Lookup, Unavailable

__all__ = ["Http", "Ours", "Thread"]


class Ours:
    """A question of its own each time; `chained`: each continues the one before.

    The tool is called by the thread that waits, which is the default.
    """

    run_in: Literal["kernel", "thread"] = "kernel"

    def __init__(self, url: str, tool: Lookup, *, chained: bool = False, **options: Any) -> None:
        self._url, self._tool, self._options = url, tool, options
        self._settings: dict[str, Any] = {} if chained else {"parent": None}

    def open(self) -> None:
        import ws_notebook

        if missing := [each for each in self._options if each not in inspect.signature(ws_notebook.Session).parameters]:
            raise Unavailable(f"Session has no {missing[0]}=")
        tool = self._tool

        def lookup(n: int) -> str:
            """Look a number up."""
            return tool(n)

        made = ws_notebook.tool(run_in=self.run_in, max_output=None)(lookup)
        self.session = ws_notebook.Session(
            provider=self._url, profile="openai", api_key="none", model="demo", instructions=wire.INSTRUCTIONS,
            tools=[made], max_turns=100_000, **self._options,
        )  # fmt: skip

    def ask(self) -> str:
        return self.session.ask(wire.PROMPT, **self._settings).text


class Thread(Ours):
    """The tool is called by a thread of the pool."""

    run_in = "thread"


class Http(Ours):
    """Over HTTP, with the whole context in each request."""

    def __init__(self, url: str, tool: Lookup, **options: Any) -> None:
        super().__init__(url, tool, transport="http", **options)
