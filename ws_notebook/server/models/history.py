"""What a lineage tells: the prompt in force, what was called since, what was asked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ws_notebook.pictures import part_facts
from ws_notebook.render.format import json_value
from ws_notebook.server.wire import CALLS, OUTPUTS, Item

__all__ = ["Exchange", "Made", "read", "read_json", "text_of"]


@dataclass(frozen=True, slots=True)
class Made:
    """A call and what came back for it."""

    call: Item
    output: str | None
    """The output's text; None when there is none yet."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The state of a run, read from its items: the same for a continued response and for a full replay."""

    prompt: str
    made: Sequence[Made]
    """Calls since the prompt, in their order."""
    asked: Sequence[str]
    """Earlier prompts, oldest first."""
    images: Sequence[str]
    """The images that came with the prompt, each in words."""


def read(items: Sequence[Item]) -> Exchange:
    """The exchange that *items*, a whole lineage, end in."""
    places = [place for place, item in enumerate(items) if item.get("role") == "user"]
    last = places[-1] if places else -1
    since = items[last + 1 :]
    outputs = {item.get("call_id"): text_of(item.get("output")) for item in since if item.get("type") in OUTPUTS}
    prompt = items[last].get("content") if places else ""
    return Exchange(
        prompt=text_of(prompt),
        made=[Made(item, outputs.get(item.get("call_id"))) for item in since if item.get("type") in CALLS],
        asked=[text_of(items[place].get("content")) for place in places[:-1]],
        images=[_image(part) for part in prompt if _type(part) == "input_image"] if isinstance(prompt, list) else [],
    )


def read_json(text: str) -> Any:
    """Arguments or an output as JSON if it is JSON, as text if it is not."""
    return json_value(text, text)


def text_of(content: Any) -> str:
    """The text of a message's content or of an output: a string, or parts of which some are text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    words = [str(part["text"]) for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
    others = [kind.removeprefix("input_") for part in content if (kind := _type(part)) in ("input_image", "input_file")]
    return "\n".join(words or [f"[{kind}]" for kind in others])


def _image(part: dict[str, Any]) -> str:
    """Format, pixels and bytes of an image that came along; where it would have to be fetched from otherwise."""
    known = part_facts(part)
    if known is None:
        where = part.get("image_url") or part.get("file_id") or "nowhere"
        return "one whose data URL cannot be read" if str(where).startswith("data:") else f"one to be fetched: {where}"
    pixels = f", {known.size[0]} × {known.size[1]} pixels" if known.size else ""
    return f"{known.format}{pixels}, {known.length:,} bytes"


def _type(part: Any) -> str:
    return str(part.get("type")) if isinstance(part, dict) else ""
