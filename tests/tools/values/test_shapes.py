"""What the model reads of a result that is no text: parts, pictures, tables."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image
import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.pictures import facts, read_data_url
from ws_notebook.tools.values.outputs import to_output
from ws_notebook.tools.values.pictures import MAX_BYTES
from ws_notebook.tools.values.shapes import shaped

__all__: list[str] = []

PNG = b"\x89PNG\r\n\x1a\nrest"
IMAGE = {
    "type": "input_image",
    "image_url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}",
    "detail": "auto",
}


def test_it_is_what_to_output_gives() -> None:
    told: list[str] = []
    assert shaped({"a": [1, 2]}, 100, told) == to_output({"a": [1, 2]}) == '{"a":[1,2]}'
    assert shaped(["x" * 90], 50, told) == to_output(["x" * 90], max_output=50)
    assert told == ["50 of 94 characters"]


def test_a_picture_is_an_image_part() -> None:
    assert to_output(PNG) == [IMAGE]


def test_text_and_pictures_together_are_parts_in_order() -> None:
    assert to_output(("before", PNG, {"a": 1})) == [
        {"type": "input_text", "text": "before"},
        IMAGE,
        {"type": "input_text", "text": '{"a":1}'},
    ]


def test_the_same_picture_is_sent_once() -> None:
    assert to_output([PNG, PNG]) == [IMAGE]


def test_parts_made_by_the_tool_are_passed_on() -> None:
    parts = [{"type": "input_text", "text": "x"}, {"type": "input_file", "file_id": "file_1"}]
    assert to_output(parts) == parts
    almost = [{"type": "input_text"}]
    assert to_output(almost) == '[{"type":"input_text"}]'


def test_pictures_inside_a_result_stand_behind_its_text() -> None:
    other = b"\xff\xd8\xffother"
    assert to_output({"n": 1, "plots": [PNG, other, PNG]}) == [
        {"type": "input_text", "text": '{"n":1,"plots":["[image 1]","[image 2]","[image 1]"]}'},
        IMAGE,
        {
            "type": "input_image",
            "image_url": f"data:image/jpeg;base64,{base64.b64encode(other).decode()}",
            "detail": "auto",
        },
    ]


def test_a_plotly_figure_that_cannot_be_drawn_is_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    import plotly.graph_objects as go

    def refuse(*_: Any, **__: Any) -> bytes:
        raise ValueError("no browser")

    monkeypatch.setattr(go.Figure, "to_image", refuse)
    output = to_output(go.Figure(go.Bar(y=np.array([1, 2])), {"title": {"text": "Two"}}))
    assert isinstance(output, str)
    found = json.loads(output)
    assert found["note"].startswith("The figure could not be drawn as an image here")
    assert (found["title"], found["data"]) == ("Two", [{"y": [1, 2], "type": "bar"}])


def test_a_picture_that_is_too_large_is_scaled_down() -> None:
    noise = PIL.Image.effect_noise((2_500, 2_500), 100)
    (part,) = to_output({"noise": noise})[1:]
    data = read_data_url(part["image_url"])
    assert data is not None
    found = facts(data)
    assert found.length <= MAX_BYTES
    assert found.size is not None
    assert max(found.size) <= 2_048


def test_a_picture_that_is_too_large_and_cannot_be_read_is_refused() -> None:
    with pytest.raises(ToolError, match=r"more than the 3\.0 MB that can be sent.*fewer pixels, or as JPEG"):
        to_output(PNG + b"\0" * MAX_BYTES)


def test_too_many_pictures_are_refused() -> None:
    with pytest.raises(ToolError, match="more than 20 pictures"):
        to_output({"all": [PNG + bytes([i]) for i in range(21)]})


def test_the_path_of_an_image_file_shows_the_image(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    assert to_output(path) == str(path)
    path.write_bytes(PNG)
    assert to_output(path) == [{"type": "input_text", "text": str(path)}, IMAGE]
    assert to_output([path]) == f'["{path}"]'
    path.write_bytes(b"no picture")
    assert to_output(path) == str(path)


def test_tables_among_other_things_are_tables() -> None:
    assert to_output(("two rows:", pd.DataFrame({"a": [1, 2]}))) == [
        {"type": "input_text", "text": "two rows:"},
        {"type": "input_text", "text": "a\n1\n2"},
    ]
