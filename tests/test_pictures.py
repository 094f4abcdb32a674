"""Format and size of pictures, read from their heads; Pillow writes the examples."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from ws_notebook.pictures import PictureFacts, data_url, facts, format_of, part_facts, read_data_url

__all__: list[str] = []


def written(form: str, size: tuple[int, int] = (37, 23), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(buffer, format=form, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("GIF", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_format_and_size_are_read_off_the_head(form: str, options: dict[str, object]) -> None:
    data = written(form, **options)
    assert facts(data) == PictureFacts(f"image/{form.lower()}", (37, 23), len(data))


def test_a_webp_with_more_in_it_tells_its_size_too() -> None:
    data = written("WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
    assert data[12:16] == b"VP8X"
    assert facts(data).size == (37, 23)


def test_other_bytes_are_no_known_picture() -> None:
    assert format_of(b"BM....") == ""
    assert facts(b"hello") == PictureFacts("", None, 5)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_file_that_is_cut_off_has_no_size_and_harms_nothing(form: str) -> None:
    data = written(form)
    for length in range(12, 40):
        assert facts(data[:length]).size in (None, (37, 23))


def test_data_urls_go_both_ways() -> None:
    data = written("JPEG")
    url = data_url(data)
    assert url.startswith("data:image/jpeg;base64,")
    assert read_data_url(url) == data
    assert [read_data_url(other) for other in ("https://a/b.png", "data:,", "data:image/png;base64,%%%")] == [None] * 3


def test_a_part_tells_of_its_picture_unless_that_is_elsewhere() -> None:
    data = written("PNG")
    found = part_facts({"type": "input_image", "image_url": data_url(data)})
    assert found is not None
    assert (found.format, found.size) == ("PNG", (37, 23))
    assert part_facts({"type": "input_image", "image_url": "https://a/b.png"}) is None
    assert part_facts({"type": "input_image", "file_id": "file_1"}) is None
