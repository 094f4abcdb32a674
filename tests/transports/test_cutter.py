"""Whole frames cut out of reads, held against the library's own parser over random streams and random splits."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, Protocol
from websockets.uri import parse_uri

from ws_notebook.transports.cutter import Cutter
from ws_notebook.transports.socket import largest_message

__all__: list[str] = []

SIZES = [0, 1, 5, 124, 125, 126, 127, 150, 1000, 65_535, 65_536, 70_000]


class Library:
    """The library's parser behind the upgrade, and the messages that it makes."""

    def __init__(self, *, largest: int | None = None, deflate: bool = False) -> None:
        self.engine = ClientProtocol(parse_uri("ws://127.0.0.1/x"), max_size=largest)
        self.engine.state = OPEN
        self.engine.extensions = [deflated()] if deflate else []
        self.engine.parser = Protocol.parse(self.engine)
        next(self.engine.parser)
        self.messages: list[bytes] = []
        self.answers: list[bytes] = []
        """What it would write: pongs, and the end of the connection."""
        self._fragments: list[bytes] = []

    def take(self, data: bytes) -> bool:
        self.engine.receive_data(data)
        for event in self.engine.events_received():
            assert isinstance(event, Frame)
            if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._fragments.append(bytes(event.data))
                if event.fin:
                    self.messages.append(b"".join(self._fragments))
                    self._fragments.clear()
        self.answers += [unmasked(each) for each in self.engine.data_to_send()]
        return self.engine.state is OPEN


def deflated() -> PerMessageDeflate:
    return PerMessageDeflate(False, False, 15, 15)


def unmasked(frame: bytes) -> bytes:
    """A client's frame without its mask, which is drawn by lot each time."""
    if len(frame) < 6:
        return frame
    mask, payload = frame[2:6], frame[6:]
    return frame[:2] + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def frame(opcode: int, data: bytes, *, fin: bool = True, rsv: int = 0, masked: bool = False) -> bytes:
    head = bytes(((0x80 if fin else 0) | rsv | opcode,))
    length = len(data)
    flag = 0x80 if masked else 0
    if length < 126:
        head += bytes((flag | length,))
    elif length < 65_536:
        head += bytes((flag | 126,)) + length.to_bytes(2, "big")
    else:
        head += bytes((flag | 127,)) + length.to_bytes(8, "big")
    return head + (b"\0\0\0\0" if masked else b"") + data


@st.composite
def streams(draw: st.DrawFn, *, deflate: bool = False) -> bytes:
    """Frames as a server sends them, and now and then what none may send."""
    found: list[bytes] = []
    compressor = deflated()
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["text"] * 6 + ["ping", "pieces", "binary", "deflated", "odd", "close"]))
        data = draw(st.binary(max_size=3)) * draw(st.sampled_from(SIZES[:9])) or b"x" * draw(st.sampled_from(SIZES))
        if kind == "ping":
            found.append(frame(9, data[:100]))
        elif kind == "binary":
            found.append(frame(2, data))
        elif kind == "pieces":
            third = max(1, len(data) // 3)
            pieces = [data[at : at + third] for at in range(0, len(data), third)] or [b""]
            for number, piece in enumerate(pieces):
                found.append(frame(0 if number else 1, piece, fin=number == len(pieces) - 1))
                if draw(st.booleans()):
                    found.append(frame(9, b"between"))
        elif kind == "deflated" and deflate:
            packed = compressor.encode(Frame(Opcode.TEXT, data))
            found.append(frame(1, bytes(packed.data), rsv=0x40))
        elif kind == "odd":
            masked, rsv = draw(st.sampled_from([(True, 0), (False, 0x40), (False, 0x20)]))
            found.append(frame(1, data[:40], masked=masked, rsv=rsv))
        elif kind == "close":
            found.append(frame(8, b"\x03\xe8bye"))
        else:
            found.append(frame(1, data))
    return b"".join(found)


def split(data: bytes, cuts: list[float]) -> list[bytes]:
    places = sorted(int(cut * len(data)) for cut in cuts)
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


def same(chunks: list[bytes], **options: object) -> Cutter:
    """Both roads over the same reads: the same messages, in order, and the same answers."""
    plain, behind = Library(**options), Library(**options)  # type: ignore[arg-type]
    cutter = Cutter(lambda data: taken(behind, cutter, data), largest=largest_message(behind.engine))
    for chunk in chunks:
        plain.take(chunk)
        cutter.feed(chunk)
    assert cutter.frames == plain.messages
    assert behind.answers == plain.answers
    assert behind.engine.state is plain.engine.state
    cutter.end()
    behind.engine.receive_eof()
    plain.engine.receive_eof()
    assert behind.engine.close_code == plain.engine.close_code
    return cutter


def taken(library: Library, cutter: Cutter, data: bytes) -> bool:
    goes_on = library.take(data)
    cutter.frames += library.messages
    library.messages.clear()
    return goes_on


CUTS = st.lists(st.floats(0, 1), max_size=40)


@settings(deadline=None)
@given(streams(), CUTS)
@example(frame(1, b"a") + frame(1, b"x" * 200) + frame(9, b"") + frame(1, b"x" * 70_000), [0.1, 0.2, 0.201, 0.9])
def test_the_messages_are_those_of_the_library(data: bytes, cuts: list[float]) -> None:
    same(split(data, cuts))


@settings(deadline=None)
@given(streams(deflate=True), CUTS)
def test_compressed_frames_are_the_librarys_and_the_others_are_cut(data: bytes, cuts: list[float]) -> None:
    same(split(data, cuts), deflate=True)


@settings(deadline=None)
@given(streams(), CUTS, st.sampled_from([0, 100, 126, 1000, 65_535, 65_536]))
def test_what_is_too_large_is_refused_as_the_library_refuses_it(data: bytes, cuts: list[float], largest: int) -> None:
    same(split(data, cuts), largest=largest)


def test_one_byte_at_a_time() -> None:
    data = frame(1, b"one") + frame(9, b"!") + frame(1, b"y" * 300) + frame(1, b"", fin=False) + frame(0, b"end")
    same([data[at : at + 1] for at in range(len(data))])


def test_a_large_frame_is_not_joined_at_each_read() -> None:
    """The cost of a frame in many reads is that of its bytes: what stood there is not copied once more with each."""
    whole = frame(1, b"z" * 4_000_000)
    cutter = Cutter(lambda data: pytest.fail("nothing here is the library's"))
    for at in range(0, len(whole), 1000):
        cutter.feed(whole[at : at + 1000])
        assert sum(map(len, cutter._pieces)) <= at + 1000
        assert len(cutter._pieces) == at // 1000 + 1 or cutter.frames
    assert cutter.drain() == [b"z" * 4_000_000]


def test_what_was_broken_off_goes_to_the_library() -> None:
    left: list[bytes] = []
    cutter = Cutter(lambda data: bool(left.append(data)) or True)
    cutter.feed(frame(1, b"whole") + frame(1, b"broken off")[:6])
    cutter.end()
    assert cutter.drain() == [b"whole"]
    assert left == [frame(1, b"broken off")[:6]]
