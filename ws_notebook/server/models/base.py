"""What a model is to the server: it reads a request and gives pieces, as fast as it wants them sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ws_notebook.server.wire import Item, Tool

__all__ = ["Arguments", "Call", "Model", "ModelRequest", "Piece", "Refusal", "Text", "Thought"]


@dataclass(frozen=True, slots=True)
class Text:
    """The next token of the answer."""

    delta: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The next token of a refusal."""

    delta: str


@dataclass(frozen=True, slots=True)
class Thought:
    """The next token of a reasoning summary."""

    delta: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call begins; its arguments follow."""

    name: str
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Arguments:
    """The next token of the arguments (or free-form input) of the call that is open."""

    delta: str


Piece = Text | Refusal | Thought | Call | Arguments


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model sees: the whole lineage, this request's input last."""

    items: Sequence[Item]
    tools: Sequence[Tool]
    tool_choice: str | dict[str, Any] = "auto"
    parallel_tool_calls: bool = True
    text_format: dict[str, Any] | None = None
    """``text.format``, when it asks for a JSON schema."""


class Model(Protocol):
    """One model; ``respond`` may be called many times at once.

    It may have ``check(request)`` too, called before a response is begun: ApiError refuses the request.
    """

    @property
    def name(self) -> str:
        """What a request's ``model`` must say."""

    def respond(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        """The pieces of one response, in order; iterating waits between them as long as they take."""
