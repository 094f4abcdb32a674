"""Words, items and pictures as the input of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.pictures import png

from ws_notebook import Session
from ws_notebook.exceptions import SettingsError
from ws_notebook.pictures import data_url
from ws_notebook.session.question import Question, question
from ws_notebook.tools.values.pictures import as_picture

__all__: list[str] = []

Open = Callable[..., Session]
URL = data_url(png(3, 2))
IMAGE = {"type": "input_image", "image_url": URL, "detail": "auto"}


def text(words: str) -> dict[str, Any]:
    return {"type": "input_text", "text": words}


def test_pictures_go_behind_the_words_with_their_names() -> None:
    asked = question("What is it?", {"plot": png(3, 2)})
    assert asked.items == [{"type": "message", "role": "user", "content": [text("What is it?"), IMAGE]}]
    assert asked.pictures == ({"url": URL, "caption": f"plot, PNG 3 × 2, {len(png(3, 2))} bytes"},)


@pytest.mark.parametrize("images", [png(3, 2), [png(3, 2)], (URL,), URL])
def test_one_picture_needs_no_list(images: Any) -> None:
    assert question("x", images).items[0]["content"][1] == IMAGE


def test_pictures_go_with_the_last_message_of_the_user() -> None:
    items = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    asked = question(items, [png(3, 2)])
    assert [item["content"] for item in asked.items] == ["a", "b", [text("c"), IMAGE]]
    assert items[2]["content"] == "c"
    only = question([{"role": "developer", "content": "a"}], [png(3, 2)])
    assert only.items[1] == {"type": "message", "role": "user", "content": [IMAGE]}


def test_pictures_in_items_are_shown_too() -> None:
    asked = question([{"role": "user", "content": [text("x"), IMAGE, {"type": "input_image", "file_id": "file_1"}]}])
    assert [picture["caption"] for picture in asked.pictures] == [f"PNG 3 × 2, {len(png(3, 2))} bytes", "file_1"]


def test_pieces_become_one_message_with_the_pictures_in_their_places() -> None:
    picture = as_picture(png(3, 2), "fig")
    asked = Question.of_pieces(["Look ", "at ", picture, "\n", picture, " now."])
    assert asked.items[0]["content"] == [text("Look at "), IMAGE, IMAGE, text(" now.")]
    assert len(asked.pictures) == 2
    with pytest.raises(SettingsError, match="The prompt is empty"):
        Question.of_pieces([" ", "\n"])


def test_what_is_no_picture_and_what_is_no_input_is_refused() -> None:
    with pytest.raises(SettingsError, match="no picture"):
        question("x", [3])
    with pytest.raises(SettingsError, match="Input must be"):
        question([3])  # type: ignore[list-item]


def test_the_embedded_server_says_what_it_received(local: Open) -> None:
    run = local().ask("What is this?", images=[png(30, 20)])
    assert f"PNG, 30 × 20 pixels, {len(png(30, 20))} bytes" in run.text
