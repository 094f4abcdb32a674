"""What others know of a tool: what it is called, what the model is told of it, how a call of it is made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Protocol

from ws_notebook.tools.approval import Approval
from ws_notebook.tools.call import BoundCall
from ws_notebook.tools.schema.pretty import ShownSchema

if TYPE_CHECKING:
    from ws_notebook.tools.unsaid import Unsaid

__all__ = ["ToolLike"]


class ToolLike(Protocol):
    """A tool to whoever runs it, asks about it or shows it: `function.Tool` is one."""

    # What the model is told.

    @property
    def name(self) -> str:
        """What the model calls it."""

    @property
    def description(self) -> str:
        """What the model reads about it."""

    @property
    def schema(self) -> ShownSchema:
        """The JSON schema of the parameters."""

    @property
    def format(self) -> dict[str, Any] | None:
        """How the text is formed that the model writes to a free-form tool; None for a tool that takes JSON."""

    @property
    def strict(self) -> bool:
        """Whether the provider is asked to hold the model to the schema exactly."""

    @property
    def strict_reason(self) -> str:
        """Why it is not; empty where it is."""

    @property
    def definition(self) -> dict[str, Any]:
        """The tool as it goes into a request."""

    # Whether a call is made.

    @property
    def approve(self) -> Approval | None:
        """When its calls wait for approval; None: never."""

    def parsed(self, arguments: str) -> dict[str, Any]:
        """The Python values by name of these JSON arguments. Raises `ToolError` that tells what is wrong with them."""

    def unsaid(self, arguments: str) -> Unsaid:
        """What these JSON arguments do not tell whoever approves the call. Raises as `parsed` does."""

    # How it is made.

    @property
    def function(self) -> Callable[..., Any]:
        """What is called."""

    @property
    def is_async(self) -> bool:
        """Whether a call gives something to await."""

    @property
    def run_in(self) -> str | Executor:
        """Where calls run: "kernel", "thread" or an executor."""

    @property
    def timeout(self) -> float | None:
        """Seconds a call may take, or None."""

    @property
    def max_output(self) -> int:
        """Characters of text that one call sends back at most."""

    def bind(self, arguments: str) -> BoundCall:
        """The call that the model asks for with these JSON arguments, ready to run. Raises as `parsed` does."""
