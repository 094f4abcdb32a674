"""Calls by a model whose template knows no tools: shown calls, an opened one, and a grammar of our own schemas."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from ws_notebook.core.meaning import TOO_LONG
from ws_notebook.core.spoken import INPUT
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import Arguments, Call, Cut, ModelRequest, Pieces, Read, Text, Thought
from ws_notebook.server.models.calls import allowed
from ws_notebook.server.models.history import read_json
from ws_notebook.server.models.llama.choose import chosen, likelihoods
from ws_notebook.server.models.llama.dialogue import Dialogue, dialogue_of
from ws_notebook.server.models.llama.narrow import apart, left_over, narrowed
from ws_notebook.server.models.llama.shown import NO_CALL, NOTHING, schema_of
from ws_notebook.server.models.upstream.chunks import Chunks
from ws_notebook.server.models.upstream.service import Upstream
from ws_notebook.server.wire import Tool

__all__ = ["Caller", "objections"]

_OPENED = '{"tool": "'
_LOOKED_AT = 500
"""Tokens whose likelihood is asked for at once."""
_MOST_CALLS = 8
_NEVER = -25.0
_ARGUMENTS = 512
"""Tokens that arguments may have, where the request sets no limit."""
_ANSWER = 1024
"""Likewise an answer: a tiny model may not come to an end by itself."""
_ANY = {"type": "object"}
_SAME = ("temperature", "top_p", "seed")


@dataclass
class Caller:
    """One response of the model *name* at *upstream*. *copies*: plain arguments are words of the question."""

    upstream: Upstream
    name: str
    request: ModelRequest
    copies: bool = False
    _counted: Read | None = None
    """What was read and written so far."""

    async def respond(self) -> AsyncGenerator[Pieces, None]:
        """Pieces: calls, or an answer in words. ApiError as ``Model.respond``."""
        tools, must = _offered(self.request)
        dialogue = self._dialogue()
        prompt = await self._rendered(dialogue)
        yield []
        name = await self._choose(prompt, dialogue, tools, must=must) if tools else None
        called = False
        if name is not None:
            async with aclosing(self._calls(prompt, name, dialogue, tools)) as batches:
                async for pieces in batches:
                    called = True
                    yield pieces
        if called:
            yield [self._read()]
            return
        async with aclosing(self._words(prompt, after=name is not None or bool(dialogue.called))) as batches:
            async for pieces in batches:
                yield pieces

    async def read_ahead(self) -> Read:
        """Have the instructions, the tools and what is there of the history read."""
        prompt = await self._rendered(self._dialogue())
        await self._ask({"prompt": prompt, "n_predict": 0})
        return self._read()

    async def count(self) -> int:
        """Tokens of the input."""
        return len(await self._tokens(await self._rendered(self._dialogue())))

    def _dialogue(self) -> Dialogue:
        return dialogue_of(self.request.items, self.request.tools, str(self.request.fields.get("instructions") or ""))

    async def _rendered(self, dialogue: Dialogue) -> str:
        told = await self._post("/apply-template", {"messages": list(dialogue.messages)})
        return str(told["prompt"])

    async def _choose(self, prompt: str, dialogue: Dialogue, tools: Sequence[Tool], *, must: bool) -> str | None:
        if must and len(tools) == 1:
            return str(tools[0]["name"])
        names = [NOTHING, *(str(tool["name"]) for tool in tools)]
        tokens = {name: await self._tokens(f'{name}"') for name in names}
        before = await self._tokens(prompt + _OPENED)

        async def likely(after: Sequence[int]) -> Mapping[int, float]:
            return await self._likely([*before, *after])

        scores = await likelihoods(tokens, likely)
        called = [name for name, _ in dialogue.called]
        return chosen(scores, tools, dialogue.question, called, must=must)

    async def _calls(
        self, prompt: str, name: str, dialogue: Dialogue, tools: Sequence[Tool]
    ) -> AsyncGenerator[Pieces, None]:
        """The call of *name*, and further ones as long as the question goes on. None that was made already."""
        made, said, also = set(dialogue.called), dialogue.question, list[Any]()
        for place in range(_MOST_CALLS):
            tool = next(each for each in tools if each["name"] == name)
            opened, text = f'{prompt}{_OPENED}{name}", "arguments": ', ""
            # One that may be a repetition is known to be none only when it is whole.
            held: list[Pieces] | None = [] if place or any(name == each for each, _ in made) else None
            async with aclosing(self._arguments(opened, tool, said, also)) as parts:
                async for part in parts:
                    if not part:
                        continue
                    pieces = _told(tool, part, first=not text)
                    text += part
                    if held is not None:
                        held.append(pieces)
                    elif pieces:
                        yield pieces
            if any(name == each and _same(text, other) for each, other in made):
                return
            for pieces in held or ():
                yield pieces
            if not _object(text) and text.strip() != "{}":
                yield [Cut("max_output_tokens")]
                return
            for pieces in self._finished(tool, text):
                yield pieces
            made.add((name, text))
            prompt, said, also = await self._further(f"{opened}{text}}}", said, text)
            if not said:
                return
            rest = Dialogue(dialogue.messages, said, ())
            name = await self._choose(prompt, rest, tools, must=True) or name

    async def _further(self, prompt: str, said: str, text: str) -> tuple[str, str, list[Any]]:
        """The prompt for another call, what of the question it is about, and earlier values; empty: there is none."""
        if not self.request.parallel_tool_calls:
            return prompt, "", []
        given = _object(text)
        if self.copies:
            rest = left_over(said, list(given.values()))
            return f"{prompt}\n", rest, list(given.values()) if len(given) > 1 else []
        told = await self._likely(await self._tokens(prompt))
        line = (await self._tokens("\n"))[0]
        return f"{prompt}\n", said if told.get(line, _NEVER) >= max(told.values()) else "", []

    def _finished(self, tool: Tool, text: str) -> Iterator[Pieces]:
        """What is to be said when a call's arguments are whole."""
        if tool.get("type") == "custom":
            yield [Arguments(str(_object(text).get(INPUT, text)))]
        if problem := objections(schema_of(tool), text):
            said = f"The arguments of {tool['name']} do not fit its schema, which no grammar could prevent: {problem}"
            yield [Thought(said)]

    async def _arguments(self, prompt: str, tool: Tool, said: str, also: Sequence[Any]) -> AsyncGenerator[str, None]:
        """The arguments' text as it comes. A schema that the engine has no grammar for is checked afterwards only."""
        schema = schema_of(tool)
        grammars = [narrowed(schema, said, also), dict(schema), _ANY] if self.copies else [dict(schema), _ANY]
        limit = self.request.fields.get("max_output_tokens") or _ARGUMENTS
        same = {"prompt": prompt, "max_tokens": limit, "temperature": 0, "repeat_penalty": 1.0}
        while grammars:
            begun, grammar, whole = False, grammars.pop(0), ""
            try:
                async with aclosing(self._streamed({**same, "json_schema": grammar})) as batches:
                    async for pieces in batches:
                        text = "".join(piece.delta for piece in pieces if isinstance(piece, Text))
                        begun, whole = begun or bool(text), whole + text
                        if not self.copies:
                            yield text
                if (better := apart(grammar, _object(whole)) if self.copies else None) is None:
                    yield whole if self.copies else ""
                    return
                grammars[:0] = [better]
            except ApiError as error:
                if begun or not grammars or error.status != 400 or error.code == TOO_LONG:
                    raise

    async def _words(self, prompt: str, *, after: bool) -> AsyncGenerator[Pieces, None]:
        """The answer; *after*: outputs, whose words and digits are to be repeated as they are."""
        fields = self.request.fields
        body: dict[str, Any] = {"prompt": prompt + NO_CALL, "max_tokens": fields.get("max_output_tokens") or _ANSWER}
        body |= {name: fields[name] for name in _SAME if fields.get(name) is not None}
        body |= {"repeat_penalty": 1.0} if after else {}
        wanted = self.request.text_format or {}
        if wanted.get("type") in ("json_schema", "json_object"):
            body["json_schema"] = wanted.get("schema", _ANY)
        async with aclosing(self._streamed(body)) as batches:
            async for pieces in batches:
                yield [piece for piece in pieces if isinstance(piece, Text | Cut)]
        yield [self._read()]

    async def _streamed(self, body: Mapping[str, Any]) -> AsyncGenerator[Pieces, None]:
        chunks = Chunks()
        asked = {"model": self.name, "stream": True, "stream_options": {"include_usage": True}, **body}
        async with aclosing(self.upstream.completion("completion", asked, chunks)) as batches:
            async for pieces in batches:
                yield pieces
        if chunks.timings:
            self._count(chunks.timings, written=True)

    def _count(self, timings: Mapping[str, Any], *, written: bool = False) -> None:
        """Count one answer of the engine, in tokens. What it had from before is that of the first one."""
        cached, fresh, new = (int(timings.get(name) or 0) for name in ("cache_n", "prompt_n", "predicted_n"))
        before = self._counted or Read(input=cached + fresh, cached=cached)
        self._counted = replace(before, output=before.output + new) if written else before

    def _read(self) -> Read:
        return self._counted or Read(input=0)

    async def _likely(self, tokens: Sequence[int]) -> Mapping[int, float]:
        told = await self._ask({"prompt": list(tokens), "n_predict": 1, "n_probs": _LOOKED_AT})
        first: Sequence[Mapping[str, Any]] = told["completion_probabilities"][0]["top_logprobs"]
        return {int(each["id"]): float(each["logprob"]) for each in first}

    async def _tokens(self, text: str) -> list[int]:
        told = await self._post("/tokenize", {"content": text, "parse_special": True, "add_special": False})
        return [int(each) for each in told["tokens"]]

    async def _ask(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        told = await self._post("/completion", {"temperature": 0, "repeat_penalty": 1.0, **body})
        self._count(told.get("timings") or {})
        return told

    async def _post(self, resource: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        told: Mapping[str, Any] = await self.upstream.post(self.upstream.root_url(resource), body)
        return told


def objections(schema: Mapping[str, Any], text: str) -> str:
    """What in arguments goes against their schema, in words; empty: nothing, or nobody here can tell."""
    try:
        value = json.loads(text)
    except ValueError:
        return "they are no JSON."
    try:
        from jsonschema import validators  # type: ignore[import-untyped, unused-ignore]

        found = sorted(
            validators.validator_for(schema)(schema).iter_errors(value), key=lambda each: str(each.json_path)
        )
    except Exception:  # noqa: BLE001 - without the package, or by a schema that is none, nothing can be said
        return ""
    return "; ".join(f"{each.json_path}: {each.message[:200]}" for each in found[:3])


def _offered(request: ModelRequest) -> tuple[list[Tool], bool]:
    """The tools that may be called now, and whether one of them must be."""
    tools = [tool for tool in request.tools if tool.get("name") and tool["type"] in ("function", "custom")]
    choice = request.tool_choice
    left, must = allowed(tools, choice)
    unknown = not left and isinstance(choice, dict) and choice.get("type") != "allowed_tools"
    return (tools, False) if unknown else (left, must)


def _told(tool: Tool, part: str, *, first: bool) -> Pieces:
    """The next part of a call's arguments; a free-form tool's are told when they are whole."""
    custom = tool.get("type") == "custom"
    begun = [Call(str(tool["name"]), custom=custom)] if first else []
    return [*begun, *([] if custom else [Arguments(part)])]


def _same(one: str, other: str) -> bool:
    """Whether two arguments' texts mean the same."""
    return one == other or read_json(one) == read_json(other)


def _object(text: str) -> dict[str, Any]:
    """Arguments as an object; empty where they are none."""
    value = read_json(text)
    return value if isinstance(value, dict) else {}
