"""What is asked: words, items and pictures, as the items of a request and as views show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.items import Item, as_items
from ..exceptions import SettingsError

if TYPE_CHECKING:
    from ..tools.values.pictures import Picture

__all__ = ["Input", "Question", "question"]

Input = str | Sequence[Mapping[str, Any]] | Mapping[str, Any]


class Question(msgspec.Struct, frozen=True):
    """The items of a request; its pictures in their order, each as a small copy with a caption; notes for views.

    `source` is a stamp of what it was made of, where that can be edited later: a cell's words as typed.
    """

    items: list[Item]
    pictures: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""

    @classmethod
    def of_pieces(cls, pieces: Iterable[str | Picture], notes: Sequence[str] = (), source: str = "") -> Question:
        """One user message of text and pictures, in this order. Raises SettingsError where there is neither."""
        content: list[dict[str, Any]] = []
        shown: list[Mapping[str, Any]] = []
        for piece in pieces:
            if not isinstance(piece, str):
                content.append(dict(piece.part))
                shown.append(piece.shown())
            elif content and content[-1]["type"] == "input_text":
                content[-1]["text"] += piece
            elif piece:
                content.append({"type": "input_text", "text": piece})
        written = [part for part in content if part["type"] != "input_text" or part["text"].strip()]
        if not written:
            raise SettingsError("The prompt is empty. Write a question or an instruction.")
        return cls([Item(type="message", role="user", content=written)], tuple(shown), tuple(notes), source)


def question(input: Input | Question, pictures: Iterable[Any] | None = None) -> Question:
    """The question in what users pass: words or items, and pictures that go behind the last user message's words.

    Raises SettingsError for input that is empty or no input, and for a picture that is none.
    """
    if isinstance(input, Question):
        return input
    items = as_items(input)
    added = [] if pictures is None else _pictures(pictures)
    if added:
        items = _with_pictures(items, added)
    return Question(items, tuple(_shown(items, added)))


def _pictures(pictures: Iterable[Any]) -> list[Picture]:
    from ..tools.values.pictures import as_picture

    if isinstance(pictures, Mapping):
        return [as_picture(value, str(name)) for name, value in pictures.items()]
    # One picture by itself may have members too: a string, bytes, an array.
    return [as_picture(value) for value in (pictures if isinstance(pictures, list | tuple) else [pictures])]


def _with_pictures(items: list[Item], added: Sequence[Picture]) -> list[Item]:
    parts = [dict(picture.part) for picture in added]
    last = next((item for item in reversed(items) if item.get("role") == "user"), None)
    if last is None:
        return [*items, Item(type="message", role="user", content=parts)]
    held = last.get("content")
    last["content"] = [*([{"type": "input_text", "text": held}] if isinstance(held, str) else held or []), *parts]
    return items


def _shown(items: Sequence[Item], added: Sequence[Picture]) -> list[Mapping[str, Any]]:
    """Every picture of the user's messages, as views hold it; those that were `added` know their names."""
    parts: list[Mapping[str, Any]] = []
    for item in items:
        content = item.get("content") if item.get("role") == "user" else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, Mapping) and part.get("type") == "input_image":
                parts.append(part)
    if not parts:
        return []
    from ..tools.values.pictures import picture_of_part

    by_url = {picture.part.get("image_url"): picture for picture in added}
    return [(by_url.get(part.get("image_url")) or picture_of_part(part)).shown() for part in parts]
