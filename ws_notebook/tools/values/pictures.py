"""Pictures for a question or in a result: whatever people hold one in becomes an `input_image` part that can be sent.

PIL images, figures, image bytes, numpy arrays, files and addresses. No picture library is imported to find out what a
value is. Pillow is used where it is installed: it scales down what is too large, and reads formats that models do not
take.
"""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ws_notebook.exceptions import SettingsError, ToolError
from ws_notebook.pictures import data_url, facts, format_of, read_data_url
from ws_notebook.render.format import shortened
from ws_notebook.tools.values.loaded import PYTHONS, loaded

__all__ = ["MAX_BYTES", "Picture", "as_picture", "image_part", "is_picture", "picture_bytes", "picture_of_part"]

_MAX_SIDE = 2048
"""Pixels; models see no more of a larger one, as they scale it to this square themselves."""
MAX_BYTES = 3_000_000
"""One message may be limited to 4 MiB (the strictest gateway known), and base64 adds a third."""
_THUMBNAIL_SIDE, _THUMBNAIL_BYTES = 240, 60_000
_QUALITY = 88
_NAME = 100
"""Characters of what a picture is called."""
_REMEDY = "It takes a PIL image, a figure, image bytes, a numpy array, a path or a URL."


@dataclass(frozen=True)
class Picture:
    """One picture of a question."""

    part: Mapping[str, Any]
    """The `input_image` part of the request."""
    caption: str
    """What it is, in words: name, format, pixels, bytes, and whether it was scaled down."""
    thumbnail: str | None
    """A small copy as a `data:` URL, for views; None where there can be none."""

    def shown(self) -> dict[str, str | None]:
        """How views hold it."""
        return {"url": self.thumbnail, "caption": self.caption}


def is_picture(value: object) -> bool:
    """Whether a value in a prompt is a picture: text, paths and arrays are written out instead."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bool(format_of(bytes(value)))
    kinds = (
        Picture,
        loaded("PIL.Image", "Image"),
        loaded("matplotlib.figure", "FigureBase"),
        loaded("matplotlib.axes", "Axes"),
        loaded("plotly.basedatatypes", "BaseFigure"),
        loaded("IPython.core.display", "Image"),
    )
    return isinstance(value, kinds)


def as_picture(value: Any, name: str = "") -> Picture:
    """The picture in `value`; `name` is what its caption calls it.

    Raises SettingsError for what is none, for a file that cannot be read, and for one that is too large where
    Pillow is not there to scale it down.
    """
    if isinstance(value, Picture):
        return value
    if isinstance(value, str):
        if value.startswith(("http://", "https://")):
            return _linked(value, name)
        held = read_data_url(value) if value.startswith("data:") else None
        if held is None and value.startswith("data:"):
            raise SettingsError(f"{_named(name)} is a data URL, but its base64 cannot be read.")
        value = Path(value).expanduser() if held is None else held
    if isinstance(value, Path):
        return _sent(_file(value), name or value.name)
    return _sent(_bytes(value, name), name)


def image_part(url: str) -> dict[str, Any]:
    """The part of a message or an output with the picture of this address."""
    return {"type": "input_image", "image_url": url, "detail": "auto"}


def picture_of_part(part: Mapping[str, Any]) -> Picture:
    """A part that somebody else made, which is sent as it is."""
    url = part.get("image_url")
    data = read_data_url(url) if isinstance(url, str) else None
    if data is not None:
        return Picture(part, _caption("", data), _thumbnail(data))
    return Picture(part, shortened(str(url or part.get("file_id") or "image"), _NAME), None)


def picture_bytes(value: Any) -> bytes | None:
    """What is a picture by itself, or draws itself as one, as the bytes of a file; None where it is no picture.

    Bytes of an image, PIL images, matplotlib and plotly figures, whatever offers a PNG. Raises `ToolError` for one
    that its library cannot draw here.
    """
    if type(value) in PYTHONS:
        return None
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return data if format_of(data) else None
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


def _linked(url: str, name: str) -> Picture:
    return Picture(image_part(url), shortened(f"{name}: {url}" if name and name != url else url, _NAME), None)


def _sent(data: bytes, name: str) -> Picture:
    before = facts(data)
    fitted = _fitted(data, name)
    after = facts(fitted)
    scaled = ""
    if after.size != before.size and before.size is not None:
        scaled = f", scaled down from {_pixels(before.size)}"
    return Picture(image_part(data_url(fitted)), _caption(name, fitted) + scaled, _thumbnail(fitted))


def _caption(name: str, data: bytes) -> str:
    known = facts(data)
    words = [known.format, *([_pixels(known.size)] if known.size else []), _amount(known.length)]
    return ", ".join([*([shortened(name, _NAME)] if name else []), " ".join(words[:2]), *words[2:]])


def _file(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"The picture {str(path)!r} cannot be read: {error.strerror or error}. {_REMEDY}") from None
    return data if format_of(data) else _reformatted(data, str(path))


def _bytes(value: Any, name: str) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return data if format_of(data) else _reformatted(data, name)
    if isinstance(value, loaded("numpy", "ndarray")):
        return _array(value, name)
    figure = getattr(value, "figure", None)
    if isinstance(figure, loaded("matplotlib.figure", "FigureBase")):
        value = figure  # of axes, of a grid of plots
    try:
        drawn = picture_bytes(value)
    except ToolError as error:
        raise SettingsError(str(error).replace("return the data", "put the data into the prompt")) from None
    if drawn is None:
        raise SettingsError(f"{_named(name)} is of type {type(value).__name__}, which is no picture. {_REMEDY}")
    return drawn


def _array(array: Any, name: str) -> bytes:
    """A PNG of an array of height × width (× 1, 3 or 4): bytes, truth values, or fractions from 0 to 1."""
    shape = array.shape
    if len(shape) == 3 and shape[2] == 1:
        array = array[:, :, 0]
    channels = 1 if array.ndim == 2 else shape[2] if array.ndim == 3 else 0
    if channels not in (1, 3, 4) or 0 in shape:
        raise SettingsError(f"{_named(name)} has the shape {shape}; a picture has height × width, or × 3 or 4 colours.")
    kind = array.dtype.kind
    lowest, highest = float(array.min()), float(array.max())
    if kind == "b" or kind == "f":
        # A comparison that is false for NaN too.
        if not (lowest >= 0 and highest <= 1):
            raise SettingsError(f"{_named(name)} has values from {lowest:g} to {highest:g}; fractions go from 0 to 1.")
        array = (array * 255 + 0.5).astype("uint8") if kind == "f" else array.astype("uint8") * 255
    elif kind not in "iu" or lowest < 0 or highest > 255:
        raise SettingsError(f"{_named(name)} ({array.dtype}) has values from {lowest:g} to {highest:g}, not 0 to 255.")
    return _png(array.astype("uint8"), channels)


def _png(array: Any, channels: int) -> bytes:
    height, width = array.shape[:2]
    lines = b"".join(b"\0" + array[row].tobytes() for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _pil(image: Any) -> bytes:
    keeps = image.mode in ("1", "L", "LA", "I;16", "P", "RGB", "RGBA")
    return _saved(image if keeps else image.convert("RGB"), "PNG")


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
    return drawn if isinstance(drawn, bytes) and format_of(drawn) else None


def _fitted(data: bytes, name: str) -> bytes:
    """The picture within both limits."""
    size = facts(data).size
    if len(data) <= MAX_BYTES and (size is None or max(size) <= _MAX_SIDE):
        return data
    image = _opened(data)
    if image is None:
        if len(data) <= MAX_BYTES:
            return data
        raise SettingsError(
            f"{_named(name)} has {_amount(len(data))}, more than the {_amount(MAX_BYTES)} that can be sent. "
            "Install Pillow, which scales it down, or make it smaller."
        )
    image.thumbnail((_MAX_SIDE, _MAX_SIDE))
    drawn = _saved(image, "PNG")
    side = _MAX_SIDE
    while len(drawn) > MAX_BYTES:
        image.thumbnail((side, side))
        drawn = _saved(image.convert("RGB"), "JPEG")
        side = side * 3 // 4
    return drawn


def _thumbnail(data: bytes) -> str | None:
    """A small copy as a `data:` URL: the picture itself where it is small."""
    if len(data) <= _THUMBNAIL_BYTES // 4:
        return data_url(data)
    image = _opened(data)
    if image is None:
        return data_url(data) if len(data) <= _THUMBNAIL_BYTES else None
    image.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    opaque = image.mode not in ("RGBA", "LA", "PA")
    drawn = min([_saved(image, "PNG"), *([_saved(image.convert("RGB"), "JPEG")] if opaque else [])], key=len)
    return data_url(drawn)


def _reformatted(data: bytes, name: str) -> bytes:
    image = _opened(data)
    if image is None:
        raise SettingsError(
            f"{_named(name)} holds no PNG, JPEG, GIF or WebP image, and Pillow cannot read it either. {_REMEDY}"
        )
    return _saved(image, "PNG")


def _opened(data: bytes) -> Any:
    """The picture in Pillow, upright, in a mode that PNG has; None where Pillow is missing or cannot read it."""
    try:
        from PIL import Image, ImageOps
    except ImportError:
        return None
    try:
        image: Any = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        image.load()
    except Exception:  # noqa: BLE001 - whatever a broken or hostile file makes its reader raise
        return None
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    return image.convert("RGBA" if "transparency" in image.info or image.mode in ("PA", "La", "RGBa") else "RGB")


def _saved(image: Any, form: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=form, **({"quality": _QUALITY} if form == "JPEG" else {}))
    return buffer.getvalue()


def _named(name: str) -> str:
    return f"The picture {shortened(name, _NAME)}" if name else "The picture"


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"


def _amount(length: int) -> str:
    return (
        f"{length} bytes" if length < 1000 else f"{length / 1000:.0f} kB" if length < 1e6 else f"{length / 1e6:.1f} MB"
    )
