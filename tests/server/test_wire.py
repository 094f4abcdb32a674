from __future__ import annotations

import pytest

from ws_notebook.server.errors import ApiError
from ws_notebook.server.wire import decode_object, encode


def test_an_object_comes_back_as_it_was() -> None:
    value = {"text": "Zoë 東京 🎉", "list": [1, -2.5, None, True], "big": 10**30}
    assert decode_object(encode(value)) == value


@pytest.mark.parametrize("text", ["", "{", "[1]", '"text"', "null", b"\xff", '{"a": "\\ud800"}', "[" * 10_000])
def test_anything_else_is_a_400(text: str | bytes) -> None:
    with pytest.raises(ApiError) as caught:
        decode_object(text)
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")
