"""One response, told in every way: whatever subset of its tellings comes, the run is the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.drive import Drive
from support.events import Event, completed, created, item_added, item_done, message

from ws_notebook.core.items import Item
from ws_notebook.core.run import RunState

__all__: list[str] = []

CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
DONE = {
    "function_call": "response.function_call_arguments",
    "custom_tool_call": "response.custom_tool_call_input",
    "text": "response.output_text",
    "refusal": "response.refusal",
    "reasoning": "response.reasoning_summary_text",
}
FIELD = {"text": "text", "refusal": "refusal", "reasoning": "text", **CALLS}


@dataclass
class Telling:
    """How one item of a response is told."""

    item: Event
    words: str
    """What is told: the text, or what a call is called with."""
    kind: str
    """text, refusal, reasoning, a kind of call, or empty for an item that comes as a whole only."""
    added: bool = True
    pieces: list[str] = field(default_factory=list)
    said: bool = True
    """Whether a `…done` event of the text or the arguments comes."""
    parted: bool = True
    """Whether `response.content_part.done` comes."""
    done: str = "whole"
    """The item's own `…done` event: whole, hollow or absent."""
    ended: str = "whole"
    """The item in the output of the terminal event: likewise."""

    def place(self, index: int, ids: bool, indices: bool) -> Event:
        found: Event = {"item_id": self.item["id"]} if ids else {}
        found |= {"output_index": index} if indices else {}
        numbered = {"reasoning": "summary_index", "text": "content_index", "refusal": "content_index"}
        return {**found, numbered[self.kind]: 0} if self.kind in numbered and indices else found

    def shaped(self, how: str, ids: bool) -> Event:
        """The item as a whole, or with nothing in it."""
        item = dict(self.item) if ids else {key: value for key, value in self.item.items() if key != "id"}
        if how == "hollow" and self.kind in CALLS:
            return {**item, CALLS[self.kind]: ""}
        if how == "hollow" and self.kind:
            return {**item, "summary" if self.kind == "reasoning" else "content": []}
        return item


def shown(kind: str, words: str, number: int) -> Event:
    """The item that holds these words."""
    if kind == "reasoning":
        return {"type": "reasoning", "id": f"rs_{number}", "summary": [{"type": "summary_text", "text": words}]}
    part = {"type": "output_text", "text": words, "annotations": []}
    part = {"type": "refusal", "refusal": words} if kind == "refusal" else part
    return {
        "type": "message",
        "id": f"msg_{number}",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


@st.composite
def split(draw: st.DrawFn, words: str) -> list[str]:
    cuts = sorted(draw(st.lists(st.integers(0, len(words)), max_size=3)))
    return [words[start:end] for start, end in zip([0, *cuts], [*cuts, len(words)], strict=True) if start < end]


@st.composite
def tellings(draw: st.DrawFn, *, ids: bool, indices: bool) -> list[Telling]:
    """A response's items, each told in a way from which all of it can be had.

    Where no index says what belongs together, items are announced all or none, and the end lists all of them.
    """
    found = []
    announces = draw(st.sampled_from(["some", "all", "none"] if indices else ["all", "none"]))
    lists_all = draw(st.booleans()) or not indices
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["text", "text", "refusal", "reasoning", "hosted", *CALLS, "function_call"]))
        if kind in CALLS:
            words = json.dumps({"n": number}) if kind == "function_call" else f"run {number}"
            call_id = draw(st.sampled_from(["c1", "c2", f"c{number}9"]))
            item = {"type": kind, "id": f"fc_{number}", "call_id": call_id, "name": "f", CALLS[kind]: words}
            telling = Telling({**item, "status": "completed"}, words, kind)
        elif kind == "hosted":
            telling = hosted(draw, number, lists_all=lists_all)
            telling.added = announces == "all" or (announces == "some" and draw(st.booleans()))
            found.append(telling)
            continue
        else:
            words = draw(st.text("ab ü\n", min_size=1, max_size=6).filter(str.strip)) + str(number)
            telling = Telling(shown(kind, words, number), words, kind)
        telling.pieces = draw(st.just([]) | split(words))
        telling.said, telling.parted = draw(st.booleans()), draw(st.booleans()) and kind in ("text", "refusal")
        telling.added = announces == "all" or (announces == "some" and draw(st.booleans()))
        telling.done = draw(st.sampled_from(["whole", "hollow", "absent"]))
        telling.ended = draw(
            st.sampled_from(["whole", "hollow"] if lists_all or not ids else ["whole", "hollow", "absent"])
        )
        if lists_all is False and not ids:
            telling.ended = "absent"
        make_enough(telling)
        found.append(telling)
    return found


def hosted(draw: st.DrawFn, number: int, *, lists_all: bool) -> Telling:
    item = {"type": "web_search_call", "id": f"ws_{number}", "status": "completed"}
    telling = Telling(item, "", "", parted=False, said=False)
    telling.done = draw(st.sampled_from(["whole", "absent"])) if lists_all else "whole"
    telling.ended = "whole" if lists_all else "absent"
    return telling


def make_enough(telling: Telling) -> None:
    """Tell what nothing else tells."""
    told = bool(telling.pieces) or telling.said or telling.parted
    if not told and "whole" not in (telling.done, telling.ended):
        telling.done = "whole"
    if telling.kind in CALLS and not telling.added and telling.done == telling.ended == "absent":
        telling.done = "hollow"  # something must name it


def frames(tellings: list[Telling], ids: bool, indices: bool) -> list[Event]:
    """The events of a response that is told so."""
    found: list[Event] = [created("resp_1")]
    for index, each in enumerate(tellings):
        at = each.place(index, ids, indices)
        where = {"output_index": index} if indices else {}
        if each.added:
            begun = {**each.shaped("hollow", ids), "status": "in_progress"}
            found.append(
                {**item_added(0, begun), **where} if indices else {"type": item_added(0, begun)["type"], "item": begun}
            )
        if each.kind:
            found += [{"type": f"{DONE[each.kind]}.delta", **at, "delta": piece} for piece in each.pieces]
        if each.said:
            found.append({"type": f"{DONE[each.kind]}.done", **at, FIELD[each.kind]: each.words})
        if each.parted:
            found.append({"type": "response.content_part.done", **at, "part": each.item["content"][0]})
        if each.done != "absent":
            whole = each.shaped(each.done, ids)
            found.append(
                {**item_done(0, whole), **where} if indices else {"type": item_done(0, whole)["type"], "item": whole}
            )
    output = [each.shaped(each.ended, ids) for each in tellings if each.ended != "absent"]
    return [*found, completed("resp_1", *output)]


def played(events: list[Event]) -> tuple[Drive, RunState]:
    """A run that gets these events, has its calls carried out, and is answered to the end."""
    drive = Drive()
    run = drive.ask("go")
    drive.receive(events)
    ready = set(drive.ready())
    for number, call in enumerate(list(run.tool_calls)):
        assert call in ready
        assert drive.start(call)
        drive.submit(call, f"output {number} of {call.call_id}")
    if not run.done:
        drive.receive(created("resp_2"), completed("resp_2", message("The end.", "msg_end")))
    return drive, run


def simple(item: Item) -> tuple[str, Any]:
    """What an item is, without its names."""
    kind = item["type"]
    if kind in CALLS:
        return kind, (item["call_id"], item["name"], item[CALLS[kind]])
    told = item.get("content") or item.get("summary") or []
    return kind, [part.get("text", part.get("refusal")) for part in told]


def outcome(drive: Drive, run: RunState) -> dict[str, Any]:
    turn = run.turns[0]
    return {
        "status": run.status,
        "text": turn.text,
        "reasoning": turn.reasoning,
        "refusal": turn.refusal,
        "calls": [(call.kind, call.call_id, call.name, call.arguments, call.output) for call in turn.tool_calls],
        "output": [simple(item) for item in turn.output],
        "usage": run.usage,
        "sent": [
            [(item["type"], item.get("call_id"), item.get("output")) for item in each["input"]]
            for each in drive.requests
        ],
    }


@pytest.mark.timeout(300)
@given(st.data(), st.sampled_from([(True, True), (True, False), (False, True)]))
def test_any_split_of_a_response_gives_the_same_run(data: st.DataObject, told_by: tuple[bool, bool]) -> None:
    ids, indices = told_by
    items = data.draw(tellings(ids=ids, indices=indices))
    plain = [
        Telling(
            each.item,
            each.words,
            each.kind,
            pieces=[each.words] if each.words else [],
            said=bool(each.kind),
            parted=False,
        )
        for each in items
    ]
    whole = outcome(*played(frames(plain, True, True)))
    events = frames(items, ids, indices)
    drive, run = played(events)
    assert outcome(drive, run) == whole, events
    assert len(drive.ready()) == len(whole["calls"])
    assert drive.protocol.frames.records()[-1].turn is not None
