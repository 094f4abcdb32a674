"""What a page says to the view of a run, decoded once."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = [
    "Approve",
    "Code",
    "Deny",
    "Forms",
    "Frame",
    "FrameList",
    "Message",
    "Ready",
    "Shown",
    "Steer",
    "Stop",
    "Unfold",
    "Verdict",
    "decoded",
]


class _Said(msgspec.Struct, frozen=True, tag_field="kind"):
    """A message, by its kind."""


class Ready(_Said, frozen=True, tag="ready"):
    """The page draws the run from now on: it wants the whole of it."""


class Forms(_Said, frozen=True, tag="forms"):
    """It wants what the display holds, to put it into the notebook."""


class Stop(_Said, frozen=True, tag="stop"):
    """The reader wants the run stopped."""


class Steer(_Said, frozen=True, tag="steer"):
    """He adds words to it."""

    text: str


class Unfold(_Said, frozen=True, tag="arguments"):
    """He wants to see all of a call's arguments."""

    turn: str
    call: str


class FrameList(_Said, frozen=True, tag="frames"):
    """He looks at the frames of the run."""


class Frame(_Said, frozen=True, tag="frame"):
    """He looks at one of them."""

    index: int


class Code(_Said, frozen=True, tag="code"):
    """The page asks for a part of the view's code by itself."""

    part: str


class _About(msgspec.Struct, frozen=True, tag_field="verdict"):
    """About a call that waits for approval, by the names that views have for its turn and for it."""

    turn: str
    call: str


class Shown(_About, frozen=True, tag="shown"):
    """The page shows the call with its buttons."""


class Approve(_About, frozen=True, tag="approve"):
    """The reader lets it run; other arguments, as JSON, take the place of the model's."""

    arguments: str | None = msgspec.field(name="more", default=None)


class Deny(_About, frozen=True, tag="deny"):
    """He does not let it run, for this reason."""

    reason: str | None = msgspec.field(name="more", default=None)


Verdict = Shown | Approve | Deny
_Other = Ready | Forms | Stop | Steer | Unfold | FrameList | Frame | Code
Message = _Other | Verdict


def decoded(content: Any) -> Message | None:
    """The message, as the front end sent it; None where it is none of these."""
    about_a_call = isinstance(content, dict) and content.get("kind") == "decide"
    try:
        message: Message = msgspec.convert(content, Verdict if about_a_call else _Other)
    except msgspec.ValidationError:
        return None
    return message
