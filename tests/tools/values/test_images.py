"""Pictures of every library as data URLs."""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib
from typing import Any

import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.values.images import image_url

__all__: list[str] = []


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def content(url: str | None) -> bytes:
    assert url is not None
    head, _, data = url.partition(";base64,")
    assert head == "data:image/png"
    return base64.b64decode(data, validate=True)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_an_image_are_an_image(kind: Any) -> None:
    assert content(image_url(kind(png()))) == png()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89arest", "image/gif"),
        (b"GIF87arest", "image/gif"),
        (b"RIFF\x04\0\0\0WEBPrest", "image/webp"),
    ],
)
def test_the_kind_of_image_is_told_by_its_first_bytes(data: bytes, kind: str) -> None:
    assert image_url(data) == f"data:{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize("value", [b"", b"text", b"RIFFxxxxWAVE", "text", None, 3, [png()], {"a": 1}, type, object()])
def test_other_values_are_no_images(value: object) -> None:
    assert image_url(value) is None


def test_a_large_image_is_refused_with_the_remedy() -> None:
    with pytest.raises(ToolError, match=r"3,000,008 bytes.*Return a smaller one: fewer pixels, or JPEG"):
        image_url(png()[:8] + b"\0" * 3_000_000)


class Formula:
    """Shows itself as Jupyter asks for it."""

    def __init__(self, drawn: object) -> None:
        self.drawn = drawn

    def _repr_png_(self) -> object:
        return self.drawn


@pytest.mark.parametrize("drawn", [png(), base64.b64encode(png()).decode(), (png(), {"width": 1})])
def test_what_shows_itself_as_png_is_an_image(drawn: object) -> None:
    assert content(image_url(Formula(drawn))) == png()


@pytest.mark.parametrize("drawn", [None, b"no image", 3])
def test_what_could_show_itself_and_does_not_is_no_image(drawn: object) -> None:
    assert image_url(Formula(drawn)) is None


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "F", "I", "I;16", "HSV"])
def test_pil_images_of_every_mode_are_drawn(mode: str) -> None:
    pil = pytest.importorskip("PIL.Image")
    data = content(image_url(pil.new(mode, (3, 2))))
    assert pil.open(io.BytesIO(data)).size == (3, 2)


def test_matplotlib_figures_and_their_parts_are_drawn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # matplotlib's own imports announce their futures
        figures = pytest.importorskip("matplotlib.figure")
    figure = figures.Figure(figsize=(1, 1))
    axes = figure.add_subplot()
    (line,) = axes.plot([1, 2])
    drawn = image_url(figure)
    assert content(drawn).startswith(b"\x89PNG")
    assert image_url(axes) == drawn
    assert image_url(line) == drawn


def test_a_plotly_figure_is_drawn_or_refused_with_the_remedy() -> None:
    import plotly.graph_objects as go

    try:
        drawn = image_url(go.Figure())
    except ToolError as error:
        assert "Install kaleido and Chrome, or return the data." in str(error)  # noqa: PT017 - by what is installed
    else:
        assert content(drawn).startswith(b"\x89PNG")
