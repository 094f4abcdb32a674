"""Pictures as data URLs: bytes of an image, PIL images, matplotlib and plotly figures, whatever offers a PNG.

No picture library is imported here: a value can only be a picture when its library is in use.
"""

from __future__ import annotations

import base64
import io
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.values.loaded import loaded

__all__ = ["MAX_BYTES", "image_bytes", "image_url"]

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)

MAX_BYTES = 3_000_000
"""One message may be limited to 4 MiB (the strictest gateway known), and base64 adds a third."""


def image_url(value: object) -> str | None:
    """The value as a `data:` URL of an image, or None when it is no picture.

    Raises `ToolError` for a picture that is too large or that its library cannot draw here.
    """
    data = image_bytes(value)
    if data is None:
        return None
    if len(data) > MAX_BYTES:
        raise ToolError(
            f"The image has {len(data):,} bytes, more than the {MAX_BYTES:,} that can be sent. "
            "Return a smaller one: fewer pixels, or JPEG."
        )
    kind = _kind(data) or "image/png"
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def image_bytes(value: Any) -> bytes | None:
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return data if _kind(data) else None
    if isinstance(value, loaded("PIL.Image", "Image")):
        return _pil(value)
    if isinstance(value, loaded("matplotlib.artist", "Artist")):
        figure = getattr(value, "figure", None)
        return None if figure is None else _matplotlib(figure)
    if isinstance(value, loaded("plotly.basedatatypes", "BaseFigure")):
        return _plotly(value)
    drawn = getattr(value, "figure", None)  # of seaborn's grids
    if isinstance(drawn, loaded("matplotlib.figure", "Figure")):
        return _matplotlib(drawn)
    return _repr_png(value)


def _kind(data: bytes) -> str | None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _pil(image: Any) -> bytes:
    buffer = io.BytesIO()
    keeps = image.mode in ("1", "L", "LA", "I;16", "P", "RGB", "RGBA")
    (image if keeps else image.convert("RGB")).save(buffer, format="PNG")
    return buffer.getvalue()


def _matplotlib(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return buffer.getvalue()


def _plotly(figure: Any) -> bytes:
    try:
        drawn: bytes = figure.to_image(format="png")
    except Exception as error:
        raise ToolError(
            "The plotly figure could not be drawn as an image. Install kaleido and Chrome, or return the data."
        ) from error
    return drawn


def _repr_png(value: Any) -> bytes | None:
    """What Jupyter would show as a PNG, such as IPython's `Image` or a symbolic formula."""
    draw = None if isinstance(value, type) else getattr(type(value), "_repr_png_", None)
    if draw is None:
        return None
    drawn = draw(value)
    if isinstance(drawn, tuple):  # with metadata
        drawn = drawn[0]
    if isinstance(drawn, str):
        drawn = base64.b64decode(drawn)
    return drawn if isinstance(drawn, bytes) and _kind(drawn) else None
