"""Pictures for a question, from whatever people hold them in."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from IPython.display import Image as Shown
from matplotlib.figure import Figure
from PIL import Image
from support.names import named
from support.pictures import png

from ws_notebook.exceptions import SettingsError, ToolError
from ws_notebook.pictures import data_url, facts, part_facts, read_data_url
from ws_notebook.tools.values.pictures import Picture, as_picture, is_picture, picture_bytes, picture_of_part

__all__: list[str] = []

mpl.use("Agg")


def saved(image: Image.Image, form: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=form)
    return buffer.getvalue()


def figure() -> Figure:
    drawn = Figure(figsize=(2, 1))
    drawn.subplots().plot([1, 3, 2])
    return drawn


def sent(picture: Picture) -> tuple[str, tuple[int, int] | None]:
    found = part_facts(dict(picture.part))
    assert found is not None
    return found.format, found.size


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Image.new("RGB", (30, 20)), ("PNG", (30, 20))),
        (Image.new("CMYK", (30, 20)), ("PNG", (30, 20))),
        (png(30, 20), ("PNG", (30, 20))),
        (bytearray(png(30, 20)), ("PNG", (30, 20))),
        (saved(Image.new("RGB", (30, 20)), "JPEG"), ("JPEG", (30, 20))),
        (saved(Image.new("RGB", (30, 20)), "BMP"), ("PNG", (30, 20))),
        (data_url(png(30, 20)), ("PNG", (30, 20))),
        (np.zeros((20, 30)), ("PNG", (30, 20))),
        (np.zeros((20, 30, 1), dtype=bool), ("PNG", (30, 20))),
        (np.full((20, 30, 3), 255, dtype="int64"), ("PNG", (30, 20))),
        (np.ones((20, 30, 4), dtype="float32"), ("PNG", (30, 20))),
        (Shown(data=png(30, 20)), ("PNG", (30, 20))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_picture_is_sent_as_a_data_url(value: Any, expected: tuple[str, tuple[int, int]]) -> None:
    assert sent(as_picture(value)) == expected


def test_figures_and_their_axes_are_drawn() -> None:
    drawn = figure()
    assert sent(as_picture(drawn)) == sent(as_picture(drawn.axes[0]))


def test_an_array_keeps_its_values() -> None:
    values = np.arange(6, dtype="uint8").reshape(2, 3) * 40
    data = read_data_url(as_picture(values).part["image_url"])
    assert data is not None
    assert np.asarray(Image.open(io.BytesIO(data))).tolist() == values.tolist()


def test_a_file_is_read_and_its_name_is_the_caption(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    path.write_bytes(png(30, 20))
    for value in (path, str(path)):
        assert as_picture(value).caption == f"plot.png, PNG 30 × 20, {len(png(30, 20))} bytes"


def test_an_address_is_passed_on_and_not_fetched() -> None:
    picture = as_picture("https://example.org/a.png", "logo")
    assert picture.part["image_url"] == "https://example.org/a.png"
    assert (picture.caption, picture.thumbnail) == ("logo: https://example.org/a.png", None)


def test_what_is_larger_than_models_look_at_is_scaled_down_and_says_so() -> None:
    picture = as_picture(Image.new("RGB", (5000, 2500)), "photo")
    assert sent(picture) == ("PNG", (2048, 1024))
    assert picture.caption.startswith("photo, PNG 2048 × 1024")
    assert picture.caption.endswith("scaled down from 5000 × 2500")


def test_what_has_too_many_bytes_becomes_a_jpeg_that_fits() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1500, 1500, 3), dtype="uint8")
    picture = as_picture(noise)
    assert sent(picture)[0] == "JPEG"
    assert len(picture.part["image_url"]) < 4_100_000


def test_the_copy_for_views_is_small() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (700, 900, 3), dtype="uint8")
    thumbnail = as_picture(noise).thumbnail
    assert thumbnail is not None
    data = read_data_url(thumbnail)
    assert data is not None
    assert max(facts(data).size or ()) == 240
    assert len(data) < 60_000


def test_a_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 3000)).save(buffer, format="JPEG", exif=exif)
    assert sent(as_picture(buffer.getvalue()))[1] == (1536, 2048)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (42, "is of type int, which is no picture"),
        (b"hello", "holds no PNG, JPEG, GIF or WebP"),
        ("missing.png", "'missing.png' cannot be read: No such file"),
        ("data:image/png;base64,%%", "base64 cannot be read"),
        (np.zeros((2, 3, 7)), "has the shape"),
        (np.full((2, 3), 7.5), "fractions go from 0 to 1"),
        (np.full((2, 3), float("nan")), "fractions go from 0 to 1"),
        (np.full((2, 3), 300), "not 0 to 255"),
    ],
    ids=str,
)
def test_what_is_no_picture_is_refused_in_words(value: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        as_picture(value, "it" if not isinstance(value, str) else "")


def test_in_a_prompt_only_what_people_see_as_a_picture_is_one() -> None:
    assert all(
        map(is_picture, (figure(), figure().subplots(), Image.new("L", (1, 1)), png(1, 1), Shown(data=png(1, 1))))
    )
    assert not any(map(is_picture, (b"hello", "plot.png", Path("plot.png"), np.zeros((2, 2)), 3, Figure)))


def test_a_part_made_by_others_is_told_of_as_it_is() -> None:
    part = {"type": "input_image", "image_url": data_url(png(30, 20))}
    assert picture_of_part(part).caption.startswith("PNG 30 × 20")
    assert picture_of_part({"type": "input_image", "file_id": "file_1"}).shown() == {"url": None, "caption": "file_1"}


def test_without_pillow_small_pictures_are_sent_and_large_ones_refused() -> None:
    program = """
import sys
sys.modules["PIL"] = None
from ws_notebook.tools.values.pictures import as_picture
from ws_notebook.exceptions import SettingsError
sys.path.insert(0, "tests")
from support.pictures import png
import os
assert as_picture(png(3000, 10)).caption.startswith("PNG 3000 × 10")
try:
    as_picture(png(2000, 2000, noise=os.urandom(4_000_000)))
except SettingsError as error:
    print(error)
"""
    root = Path(__file__).resolve().parents[3]
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True)
    assert "Install Pillow" in said.stdout


# What is a picture by itself.


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_a_picture_are_a_picture(kind: Any) -> None:
    assert picture_bytes(kind(png(1, 1))) == png(1, 1)


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0rest", b"GIF89arest", b"GIF87arest", b"RIFF\x04\0\0\0WEBPrest"])
def test_the_format_is_told_by_the_first_bytes(data: bytes) -> None:
    assert picture_bytes(data) == data


@pytest.mark.parametrize(
    "value", [b"", b"text", b"RIFFxxxxWAVE", "text", None, 3, [png(1, 1)], {"a": 1}, type, object()], ids=named
)
def test_other_values_are_no_pictures(value: object) -> None:
    assert picture_bytes(value) is None


class Formula:
    """Shows itself as Jupyter asks for it."""

    def __init__(self, drawn: object) -> None:
        self.drawn = drawn

    def _repr_png_(self) -> object:
        return self.drawn


@pytest.mark.parametrize("drawn", [png(1, 1), base64.b64encode(png(1, 1)).decode(), (png(1, 1), {"width": 1})])
def test_what_shows_itself_as_png_is_a_picture(drawn: object) -> None:
    assert picture_bytes(Formula(drawn)) == png(1, 1)


@pytest.mark.parametrize("drawn", [None, b"no picture", 3])
def test_what_could_show_itself_and_does_not_is_no_picture(drawn: object) -> None:
    assert picture_bytes(Formula(drawn)) is None


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "F", "I", "I;16", "HSV"])
def test_pil_images_of_every_mode_are_drawn(mode: str) -> None:
    data = picture_bytes(Image.new(mode, (3, 2)))
    assert data is not None
    assert facts(data).mime == "image/png"
    assert Image.open(io.BytesIO(data)).size == (3, 2)


def test_matplotlib_figures_and_their_parts_are_drawn() -> None:
    shown = Figure(figsize=(1, 1))
    axes = shown.add_subplot()
    (line,) = axes.plot([1, 2])
    data = picture_bytes(shown)
    assert data is not None
    assert data.startswith(b"\x89PNG")
    assert picture_bytes(axes) == data
    assert picture_bytes(line) == data


def test_a_plotly_figure_is_drawn_or_refused_with_the_remedy() -> None:
    import plotly.graph_objects as go

    try:
        data = picture_bytes(go.Figure())
    except ToolError as error:
        assert "Install kaleido and Chrome, or return the data." in str(error)  # noqa: PT017 - by what is installed
    else:
        assert data is not None
        assert data.startswith(b"\x89PNG")
