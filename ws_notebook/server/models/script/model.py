"""The script model: plays a scene, step by step, at its own pace."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial

from ws_notebook.server.errors import ApiError, injected, rate_limited
from ws_notebook.server.models.base import Break, Call, Cut, Model, ModelRequest, Piece, Pieces, Refusal, Text, Thought
from ws_notebook.server.models.calls import BoundCall, call_pieces, find_tool, placed, to_json
from ws_notebook.server.models.script.place import Turn, next_turn
from ws_notebook.server.models.script.story import End, Fail, Pause, Said, SceneCall, Steer, Step, Story, Strike
from ws_notebook.server.tokens import split_text
from ws_notebook.server.wire import Item, Tool, encode

__all__ = ["SceneModel"]

_LOOK = 0.05
"""Seconds between two looks whether the response was steered."""
_PIECES: Mapping[str, Callable[[str], Piece]] = {
    "text": Text,
    "refusal": Refusal,
    "summary": Thought,
    "reasoning": partial(Thought, raw=True),
}
"""What each kind of words is made of."""
_REMEMBERED = 1000
"""Turns of which it is known how often something went wrong in them."""


class SceneModel(Model):
    """Plays *story* under this *name*; *haste* divides all its times, 0: without any.

    What comes next is read from the lineage each time. Remembered is only how often errors and faults that happen a
    number of times have happened: until their turn is given whole.
    """

    def __init__(self, name: str, story: Story, haste: float = 1.0) -> None:
        self.name = name
        self.story = story
        self._haste = haste
        self._happened: OrderedDict[str, dict[int, int]] = OrderedDict()

    def check(self, request: ModelRequest) -> None:
        """ApiError for a request that lacks a tool which its turn calls."""
        offered = {str(tool.get("name")) for tool in request.tools}
        for call in next_turn(self.story, request.items).calls:
            if call.needed and call.tool not in offered:
                raise ApiError(_missing(self.story, call, offered), code="scene_tool_missing", param="tools")

    async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        """The next turn of the scene."""
        turn = next_turn(self.story, request.items)
        happened = self._counts(turn, request.items)
        struck = False
        await self._sleep(self.story.first_token)
        begun = False
        for step in turn.steps:
            if isinstance(step, Fail | Strike):
                if happened.get(step.line, 0) >= step.times:
                    continue
                happened[step.line] = happened.get(step.line, 0) + 1
                struck = True
                if isinstance(step, Fail):
                    raise _error(step)
                request.line.arm(request.lane, step.fault)
                continue
            if not begun:
                begun = True
                yield ()
            async for pieces in self._play(step, turn):
                yield pieces
        calls = turn.calls if request.parallel_tool_calls else turn.calls[:1]
        for call in calls:
            for piece in call_pieces(_bound(call, turn, request.tools)):
                yield (piece,)
                await self._sleep(0.0 if isinstance(piece, Call) else self._token())
        if not struck:
            happened.clear()

    async def _play(self, step: Step, turn: Turn) -> AsyncGenerator[Pieces, None]:
        if isinstance(step, Said):
            for token in split_text(turn.filled(step.text)):
                yield (_PIECES[step.kind](token),)
                await self._sleep(self._token(step.speed))
        elif isinstance(step, Pause):
            await self._sleep(step.seconds)
        elif isinstance(step, Steer):
            async for pieces in self._wait_for_words(step):
                yield pieces
        elif isinstance(step, End):
            yield (Cut(step.reason),)

    async def _wait_for_words(self, step: Steer) -> AsyncGenerator[Pieces, None]:
        """Nothing is open meanwhile: a response that is steered ends at one of these."""
        clock = asyncio.get_running_loop().time
        until = clock() + (step.seconds / self._haste if self._haste else 0.0)
        yield (Break(),)
        while (left := until - clock()) > 0:
            await asyncio.sleep(min(_LOOK, left))
            yield (Break(),)

    def _token(self, speed: float | None = None) -> float:
        """Seconds that a token takes."""
        speed = self.story.speed if speed is None else speed
        return 1 / speed if speed else 0.0

    async def _sleep(self, seconds: float) -> None:
        if seconds and self._haste:
            await asyncio.sleep(seconds / self._haste)

    def _counts(self, turn: Turn, items: Sequence[Item]) -> dict[int, int]:
        """How often what happens a number of times has happened in this turn, by its line.

        What was said since the question began does not count: who asks again may ask with other words.
        """
        before = [_bare(item) for item in items[: turn.before] if item.get("role") == "user" or "output" in item]
        key = hashlib.sha256(encode([turn.place, before])).hexdigest()
        counts = self._happened.setdefault(key, {})
        self._happened.move_to_end(key)
        while len(self._happened) > _REMEMBERED:
            self._happened.popitem(last=False)
        return counts


def _bare(item: Item) -> Item:
    """An item without ids, which differ between a continuation and a replay, as what the model said does."""
    return {name: item.get(name) for name in ("content", "output")}


def _missing(story: Story, call: SceneCall, offered: set[str]) -> str:
    """What to do about a tool that a request does not offer."""
    names = ", ".join(sorted(offered)) or "none"
    hint = f" {story.tools[call.tool]}" if story.tools.get(call.tool) else ""
    parameter = ", ".join(call.named) or ", ".join(f"arg{place + 1}" for place in range(len(call.given)))
    return (
        f"The scene “{story.title}” calls the tool '{call.tool}' (line {call.line}), and this request offers {names}."
        f"{hint} Define it in a cell, @wsn.tool above def {call.tool}({parameter}), and ask again."
    )


def _error(step: Fail) -> ApiError:
    retry = step.retry_after
    return injected(step.code, step.message) if retry is None else rate_limited(retry, step.message)


def _bound(call: SceneCall, turn: Turn, tools: Sequence[Tool]) -> BoundCall:
    """The call as its tool wants it: values without a name are in the order of its parameters."""
    tool = find_tool(tools, call.tool)
    if call.input is not None:
        return BoundCall(call.tool, turn.filled(call.input), custom=True)
    if tool is not None and tool.get("type") == "custom":
        whole = call.given[0] if len(call.given) == 1 and isinstance(call.given[0], str) else to_json(dict(call.named))
        return BoundCall(call.tool, turn.filled(whole), custom=True)
    return BoundCall(call.tool, to_json(turn.value(placed(tool, call.given, call.named))))
