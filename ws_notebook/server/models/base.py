"""What a model is to the server: it reads a request and gives pieces, as fast as it wants them sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from ws_notebook.faults import Fault
from ws_notebook.server.wire import Event, Item, Tool

__all__ = [
    "Arguments",
    "Break",
    "Call",
    "Closing",
    "Cut",
    "Line",
    "Lost",
    "Model",
    "ModelRequest",
    "Passed",
    "Piece",
    "Pieces",
    "Read",
    "Refusal",
    "Text",
    "Thought",
]


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
    """The next token of a reasoning summary; ``raw``: of the reasoning itself, as open models show it."""

    delta: str
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call begins; its arguments follow. Without an id it is given one."""

    name: str
    custom: bool = False
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Arguments:
    """The next token of the arguments (or free-form input) of the call that is open."""

    delta: str


@dataclass(frozen=True, slots=True)
class Read:
    """What the model counted, in tokens: of the prompt and, of these, from a cache; of the answer and its reasoning.

    Without it the server counts as it can.
    """

    input: int
    cached: int = 0
    output: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """The answer ends before its end; *reason* is the API's: ``max_output_tokens``, ``content_filter``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """An event of the Responses API, as the model's own upstream sent it."""

    event: Event


@dataclass(frozen=True, slots=True)
class Break:
    """The item that is open ends here, so that a response which is steered may end too."""


Piece = Text | Refusal | Thought | Call | Arguments | Read | Cut | Passed | Break
Pieces = Sequence[Piece]
"""All pieces that are there at once, in order: they are one step of whatever follows."""


class Lost(Exception):
    """A model has the client's connection end here, with that code and reason; None: without a goodbye."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(f"the connection is to end, code {code}")
        self.code = code
        self.reason = reason


class Closing(Protocol):
    """What a model keeps with a client's connection."""

    async def close(self) -> None:
        """End it. Never raises."""


_Kept = TypeVar("_Kept", bound=Closing)


class Line:
    """One client's connection, for models that keep something for as long as it lasts. Used on the server's loop."""

    def __init__(self) -> None:
        self._kept: dict[object, Closing] = {}
        self._armed: dict[str | None, list[Fault]] = {}

    def arm(self, lane: str | None, fault: Fault) -> None:
        """Have *fault* happen at the next event on *lane*, whatever that is."""
        self._armed.setdefault(lane, []).append(fault)

    def disarm(self, lane: str | None) -> list[Fault]:
        """What is to happen at the next event on *lane*, once."""
        return self._armed.pop(lane, [])

    def kept(self, key: object, make: Callable[[], _Kept]) -> _Kept:
        """What is kept under *key*; made where there is nothing yet."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast("_Kept", self._kept[key])

    async def close(self) -> None:
        """End all that is kept."""
        while self._kept:
            await self._kept.popitem()[1].close()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model sees: the whole lineage, this request's input last."""

    items: Sequence[Item]
    tools: Sequence[Tool]
    tool_choice: str | dict[str, Any] = "auto"
    parallel_tool_calls: bool = True
    text_format: dict[str, Any] | None = None
    """``text.format``, when it asks for a JSON schema."""
    new: Sequence[Item] = ()
    """Those of the items that came with this request."""
    parent: str | None = None
    """The response that all other items are of, for a model whose upstream knows it."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The request as it was sent."""
    lane: str | None = None
    line: Line = field(default_factory=Line)


class Model(ABC):
    """One model; ``respond`` may be called many times at once. The other methods are for those that can do more."""

    name: str
    """What a request's ``model`` must say."""
    counts: bool = False
    """Whether it has tokens of its own, and so keeps the limit of an answer itself."""

    @abstractmethod
    def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        """The pieces of one response, in order; iterating waits between them as long as they take.

        Its first pieces, which may be none, say that the request was taken: ApiError before them refuses it, and fails
        the response with its code and words after them. Lost ends the connection.
        """

    def check(self, request: ModelRequest) -> None:  # noqa: B027 - most know only by trying
        """Called before a response is begun: ApiError refuses a request of which it is known that it cannot be done."""

    async def warm_up(self, request: ModelRequest) -> Read | None:
        """Read *request* ahead, for one with ``generate: false``, and tell what was read. Raises ApiError.

        None: there was nothing to be done.
        """
        return None

    async def count(self, request: ModelRequest) -> int | None:
        """How many of its own tokens of input *request* is; None: nobody knows. Raises ApiError."""
        return None

    async def compact(self, request: ModelRequest) -> str | None:
        """What the request's items come to, in its own words; None: it has none. Raises ApiError."""
        return None
