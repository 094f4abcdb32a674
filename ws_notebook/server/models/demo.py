"""The demo model: a deterministic script that obeys small directives and picks tools by their words. No AI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.answers import answer_from_history, answer_from_outputs
from ws_notebook.server.models.base import Call, Model, ModelRequest, Piece, Pieces, Refusal, Text, Thought
from ws_notebook.server.models.bounds import TooLarge, check_schema
from ws_notebook.server.models.calls import BoundCall, bind, call_pieces
from ws_notebook.server.models.choose import choose
from ws_notebook.server.models.directives import Invoke, Refuse, Say, Think, Write, parse
from ws_notebook.server.models.document import document_of
from ws_notebook.server.models.history import Exchange, read
from ws_notebook.server.models.manual import what_i_can_do
from ws_notebook.server.models.prose import reasoning, write
from ws_notebook.server.tokens import split_json, split_text

__all__ = ["DemoModel", "Pace", "plan"]

Deed = Say | Refuse | Think | BoundCall
"""One thing to do in a response."""

_THOUGHTS_PER_SECOND = 12
_ANY_JSON = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the script types: tokens per second, 0 for as fast as it goes, and milliseconds before the first."""

    tokens_per_second: float = 60.0
    first_token_ms: float = 200.0


class DemoModel(Model):
    """The script at a pace. Holds no state: what comes next is read from the lineage each time."""

    name = "demo"

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def check(self, request: ModelRequest) -> None:
        """ApiError for a schema of the answer, or of a tool that must be called, that asks for too much."""
        schema = _schema(request)
        try:
            if schema is not None:
                check_schema(schema)
                document_of(read(request.items), schema)
            elif request.tool_choice not in ("auto", "none"):
                plan(request)
        except (TooLarge, RecursionError) as error:
            problem = str(error) if isinstance(error, TooLarge) else "it is nested too deeply"
            raise ApiError(
                f"The demo model answers no schema like this: {problem}. Ask for less.",
                code="invalid_json_schema",
                param="tools" if schema is None else "text.format.schema",
            ) from None

    async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        """The next response of the run that *request*'s items end in."""
        yield ()
        clock = asyncio.get_running_loop().time
        due = clock() + self._pace.first_token_ms / 1000
        for piece, seconds in self._timed(plan(request)):
            due += seconds
            wait = due - clock()
            if wait > 0:
                await asyncio.sleep(wait)
            else:
                # A slow reader is not made up for by a burst.
                due = clock()
            yield (piece,)

    def _timed(self, deeds: Sequence[Deed]) -> Iterator[tuple[Piece, float]]:
        """Pieces, each with the seconds it takes after the one before."""
        typing = 1 / self._pace.tokens_per_second if self._pace.tokens_per_second else 0.0
        for deed in deeds:
            if isinstance(deed, Think):
                words = max(1, round(deed.seconds * _THOUGHTS_PER_SECOND))
                for word in reasoning(words):
                    yield Thought(word), deed.seconds / words
            else:
                for piece in _pieces(deed):
                    yield piece, 0.0 if isinstance(piece, Call) else typing


def plan(request: ModelRequest) -> list[Deed]:
    """What the next response does: the first turn of the prompt's whose calls are not all made yet.

    A pure function of the items, so that a continued response and a full replay give the same.
    """
    exchange = read(request.items)
    turns = _turns(exchange, request)
    done = len(exchange.made)
    for turn in turns:
        calls = [deed for deed in turn if isinstance(deed, BoundCall)]
        if done == 0 or len(calls) > done:
            # Calls already made in part: the response was cut short there.
            return _spaced(turn if done == 0 else calls[done:])
        done -= len(calls)
    schema = _schema(request)
    return [Say(answer_from_outputs(exchange) if schema is None else document_of(exchange, schema))]


def _turns(exchange: Exchange, request: ModelRequest) -> list[list[Deed]]:
    """All turns of the prompt, but for the answer from the tools' outputs."""
    said = parse(exchange.prompt)
    turns = [[_deed(part, request) for part in turn] for turn in said] or [_undirected(exchange, request)]
    return turns if request.parallel_tool_calls else [part for turn in turns for part in _one_by_one(turn)]


def _deed(part: Say | Refuse | Write | Think | Invoke, request: ModelRequest) -> Deed:
    if isinstance(part, Write):
        return Say(write(part.words))
    if not isinstance(part, Invoke):
        return part
    if request.tool_choice == "none":
        return Say(f"I did not call `{part.name}`: this request's `tool_choice` is `none`.")
    return bind(part, request.tools) or Say(f"I cannot read the arguments of `call {part.name}`: {part.problem}.")


def _undirected(exchange: Exchange, request: ModelRequest) -> list[Deed]:
    schema = _schema(request)
    remembered = answer_from_history(exchange)
    choice = choose(exchange.prompt, request.tools, request.tool_choice)
    if choice.calls:
        return list(choice.calls)
    if schema is not None:
        return [Say(document_of(exchange, schema))]
    if remembered:
        return [Say(remembered)]
    if choice.unfilled:
        name = choice.unfilled["name"]
        remedy = f"Put them into the prompt, or `call {name}(…)`."
        return [Say(f"`{name}` would fit, but I found no values for it. {remedy}")]
    return [Say(what_i_can_do(request.tools, exchange.images))]


def _schema(request: ModelRequest) -> dict[str, Any] | None:
    """The schema that the answer must have. Any object will do where only JSON is asked for."""
    wanted = request.text_format or {}
    schema = wanted.get("schema")
    return schema if isinstance(schema, dict) else _ANY_JSON if wanted.get("type") == "json_object" else None


def _one_by_one(turn: Sequence[Deed]) -> Iterator[list[Deed]]:
    """*turn* with a single call in each part of it."""
    part: list[Deed] = []
    for deed in turn:
        if isinstance(deed, BoundCall) and any(isinstance(earlier, BoundCall) for earlier in part):
            yield part
            part = []
        part.append(deed)
    yield part


def _spaced(deeds: Sequence[Deed]) -> list[Deed]:
    """Texts that follow one another become paragraphs of one message."""
    spaced: list[Deed] = []
    for deed in deeds:
        if isinstance(deed, Say) and spaced and isinstance(spaced[-1], Say):
            spaced[-1] = Say(f"{spaced[-1].text}\n\n{deed.text}")
        else:
            spaced.append(deed)
    return spaced


def _pieces(deed: Say | Refuse | BoundCall) -> Iterator[Piece]:
    if isinstance(deed, BoundCall):
        yield from call_pieces(deed)
    elif isinstance(deed, Refuse):
        yield from map(Refusal, split_text(deed.text))
    else:
        tokens = split_json(deed.text) if deed.text.startswith(("{", "[")) else split_text(deed.text)
        yield from map(Text, tokens)
