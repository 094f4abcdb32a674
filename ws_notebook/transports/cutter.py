"""Cuts whole text frames out of what a read brought. All else is left to the library's own parser, frame by frame.

A server's frames are not masked, and one whole text frame is `0x81`, its length in one to nine bytes, and its payload
(RFC 6455, section 5.2). Nothing else is understood here: control frames, fragments and compressed messages go to the
library, which is at the border of a frame whenever it gets one.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Cutter"]

_TEXT = 0x81
"""The first byte of a text frame that is a whole message and was not altered by an extension."""

_FINAL, _CONTROL = 0x80, 0x08


class Cutter:
    """The messages of a connection, in order, in `frames`.

    `others(data)` has the library take a frame that is not understood here, or anything from then on that this is
    not to look at: it adds to `frames` what it makes of it, and tells whether whole frames may still be cut. A frame
    larger than `largest` bytes (None: no limit) is refused by the library.
    """

    def __init__(self, others: Callable[[bytes], bool], *, largest: int | None = None) -> None:
        self.frames: list[bytes] = []
        self._others = others
        self._largest = largest
        self._over = False
        self._within = False
        """Whether a message in several frames has begun and not ended."""
        self._pieces: list[bytes] = []
        """The beginning of a frame whose end has not come: it is not joined at each read."""
        self._held = self._wanted = 0

    def drain(self) -> list[bytes]:
        """The messages that have come since the last call."""
        frames, self.frames = self.frames, []
        return frames

    def feed(self, data: bytes) -> None:
        """Take what a read brought."""
        if self._over:
            self._others(data)
            return
        if self._pieces:
            self._pieces.append(data)
            self._held += len(data)
            if self._held < self._wanted:
                return
            data = b"".join(self._pieces)
            self._pieces.clear()
        self._cut(data)

    def stop(self) -> None:
        """From here on everything is the library's."""
        self._leave(b"")

    def end(self) -> None:
        """Nothing more comes: the library learns of a frame that was broken off."""
        if self._pieces:
            self._leave(b"".join(self._pieces))

    def _cut(self, data: bytes) -> None:
        position, end, largest = 0, len(data), self._largest
        wanted = 0
        while end - position >= 2:
            length, start = data[position + 1], position + 2
            if length == 126:
                start = position + 4
                if start > end:
                    break
                length = data[position + 2] << 8 | data[position + 3]
            elif length == 127:
                start = position + 10
                if start > end:
                    break
                length = int.from_bytes(data[position + 2 : start], "big")
            elif length > 127:
                # Masked: a server may not do that, and the library says so.
                self._leave(data[position:])
                return
            stop = start + length
            if largest is not None and length > largest:
                self._leave(data[position:])
                return
            if stop > end:
                wanted = stop - position
                break
            if data[position] == _TEXT and not self._within:
                self.frames.append(data[start:stop])
            elif not self._set_aside(data[position:stop]):
                self._leave(data[stop:])
                return
            position = stop
        if position < end:
            self._pieces.append(data[position:])
            self._held, self._wanted = end - position, wanted

    def _set_aside(self, frame: bytes) -> bool:
        """One frame for the library; whether cutting goes on behind it."""
        if not frame[0] & _CONTROL:
            self._within = not frame[0] & _FINAL
        return self._others(frame)

    def _leave(self, data: bytes) -> None:
        """From here on everything is the library's."""
        self._over = True
        self._pieces.clear()
        if data:
            self._others(data)
