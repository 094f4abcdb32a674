"""permessage-deflate as the `websockets` library does it, but for short messages, and with a count of bytes.

Loaded with the library, at the first connection that offers it.
"""

from __future__ import annotations

from collections.abc import Sequence

from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.typing import ExtensionParameter

from .compression import LEAST, Compression

__all__ = ["Deflate", "Offer"]


class Deflate(PerMessageDeflate):
    """The library's extension. A message of less than LEAST bytes leaves as it is: RSV1 is not set on its frame."""

    def __init__(self, agreed: PerMessageDeflate, told: Compression) -> None:
        super().__init__(
            agreed.remote_no_context_takeover,
            agreed.local_no_context_takeover,
            agreed.remote_max_window_bits,
            agreed.local_max_window_bits,
            agreed.compress_settings,
        )
        self._told = told

    @property
    def words(self) -> str:
        """What was agreed to: who keeps the messages before in mind, which is what makes later ones small."""
        here, there = not self.local_no_context_takeover, not self.remote_no_context_takeover
        keeps = {(True, True): "both ways", (True, False): "on the way up", (False, True): "on the way down"}
        return f"permessage-deflate, with context {keeps[here, there]}" if here or there else "permessage-deflate"

    def encode(self, frame: Frame) -> Frame:
        # A message in several frames is one or the other as a whole, and its size is not known at its first.
        if frame.opcode != Opcode.CONT and frame.fin and len(frame.data) < LEAST:
            return frame
        found = super().encode(frame)
        if found is not frame:
            self._count(plain=frame, wire=found)
        return found

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        found = super().decode(frame, max_size=max_size)
        if found is not frame:
            self._count(plain=found, wire=frame)
        return found

    def _count(self, *, plain: Frame, wire: Frame) -> None:
        self._told.plain += len(plain.data)
        self._told.wire += len(wire.data)


class Offer(ClientPerMessageDeflateFactory):
    """Offers it with the largest window and no other condition; `told` hears what becomes of it."""

    def __init__(self, told: Compression) -> None:
        super().__init__()
        self._told = told

    def process_response_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> Deflate:
        found = Deflate(super().process_response_params(params, accepted_extensions), self._told)
        self._told.agreed = found.words
        return found
