from __future__ import annotations

import json
from typing import Any

import pytest
from support.events import delta, item_done, message
from support.kinds_of_secrets import KEY, SECRETS

from ws_notebook.secrets import Frames, Keys

__all__: list[str] = []


def kept(events: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    frames: Frames[int] = Frames(Keys([KEY]))
    found = [one for tag, event in enumerate(events) for one in frames.add(tag, json.dumps(event).encode(), "road")]
    found += frames.close()
    assert [tag for tag, _ in found] == list(range(len(events)))
    return [json.loads(frame) for _, frame in found]


def text_of(events: list[dict[str, Any]]) -> str:
    return "".join(event["delta"] for event in events if "delta" in event)


@pytest.mark.parametrize("size", [1, 3, 8, 1000])
@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_in_pieces_is_in_no_frame_and_agrees_with_the_whole(kind: str, size: int) -> None:
    text = f"Your key {SECRETS[kind]}"
    events = [delta(text[at : at + size]) for at in range(0, len(text), size)]
    found = kept([*events, item_done(0, message(text))])
    assert text_of(found) == found[-1]["item"]["content"][0]["text"] == "Your key [secret]"


def test_texts_beside_each_other_are_apart() -> None:
    secret = SECRETS["GitHub"]
    events = [delta("a " + secret[:9]), delta("b " + KEY[:5], index=1), delta(secret[9:]), delta(KEY[5:], index=1)]
    found = kept([*events, {"type": "response.completed"}])
    assert [event.get("delta") for event in found] == ["a ", "b ", "[secret]", "[secret]", None]


def test_frames_without_secrets_are_the_same_objects_and_do_not_wait() -> None:
    frames: Frames[None] = Frames()
    for event in (delta("Oslo "), {"type": "response.created"}, delta("is a town.")):
        frame = json.dumps(event).encode()
        ((_, found),) = frames.add(None, frame)
        assert found is frame
    assert frames.close() == []


def test_a_piece_of_arguments_is_hidden_by_the_name_of_the_argument() -> None:
    kind = "response.function_call_arguments.delta"
    pieces = ['{"user": "a", "pass', 'word": "hun', "ter", '2", "n": 1}']
    found = kept([{"type": kind, "output_index": 0, "delta": piece} for piece in pieces])
    assert json.loads(text_of(found)) == {"user": "a", "password": "[secret]", "n": 1}


def test_what_tells_a_text_once_more_goes_with_its_secret() -> None:
    told = {**delta("see " + SECRETS["GitHub"]), "logprobs": [{"token": "see"}, {"token": "gh"}]}
    assert kept([told])[0]["logprobs"] == []
    assert kept([{**delta("see"), "logprobs": [{"token": "see"}]}])[0]["logprobs"] == [{"token": "see"}]


def test_what_is_no_json_passes() -> None:
    frames: Frames[str] = Frames()
    assert frames.add("x", b"\xff no json") == [("x", b"\xff no json")]
