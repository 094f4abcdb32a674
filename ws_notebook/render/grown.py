"""The text of a turn as it grows: what views show, and how far one of them has got.

Message items are parted by a blank line, and so are the paragraphs of the reasoning; pieces within
a message are not.
"""

from __future__ import annotations

from ..core.turn import TextPart, TurnState
from ..secrets import Keys, Stream
from .format import valid

__all__ = ["Grown"]

_LEAST = 3
"""Letters that may be the beginning of a secret are shown, if they are fewer: what comes then changes the text."""


class Grown:
    """Reads one kind of text of a turn ("text" or "reasoning"), from the beginning or from where it stopped.

    Without secrets: what may be the beginning of one waits for what comes next, or for the turn's end.

    May be used from another thread than the one that writes the turn: a list grows, or another one takes its place.
    """

    def __init__(self, turn: TurnState, kind: str, keys: Keys | None = None) -> None:
        self._turn = turn
        self._kind = kind
        self._keys = keys
        self._shown = Stream(keys, least=_LEAST)
        self._read: dict[int, tuple[list[str], int]] = {}
        """For each part by its place in `turn.parts`: its pieces, and how many of them were read."""
        self._held = ""

    def whole(self) -> str:
        """All of it, as it stands; what `more` gives begins after it."""
        self._read.clear()
        self._held = ""
        self._shown = Stream(self._keys, least=_LEAST)
        return self.more() or ""

    def more(self) -> str | None:
        """What came since the last call. None: the text changed before its end, so read the `whole`."""
        found: list[str] = []
        for place, part in enumerate(list(self._turn.parts)):
            if part.kind != self._kind:
                continue
            pieces = part.chunks
            known, count = self._read.get(place, (pieces, 0))
            if known is not pieces:
                return None
            chunks = pieces[count:]
            if not any(chunks):
                continue
            if any(later > place for later in self._read):
                return None
            if self._begins_paragraph(place, part):
                found.append("\n\n")
            self._read[place] = (pieces, count + len(chunks))
            found += chunks
        done = self._turn.done
        if not found and not done:
            return None if self._shown.broken else ""
        text = self._shown.feed(self._pairs("".join(found)))
        if done:
            text += self._shown.end()
        return None if self._shown.broken else text

    def _begins_paragraph(self, place: int, part: TextPart) -> bool:
        if place in self._read or not self._read:
            return False
        before = self._turn.parts[max(self._read)]
        # Of two parts at one place the first one's message is over: some providers number every item 0.
        same = before.output_index == part.output_index and before.content_index != part.content_index
        return self._kind == "reasoning" or not same

    def _pairs(self, text: str) -> str:
        """Valid text. A character that was split over two pieces waits for its other half."""
        text, self._held = self._held + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff" and not self._turn.done:
            text, self._held = text[:-1], text[-1]
        return valid(text)
