from __future__ import annotations

import json

import jsonschema
from render.play import HEADER, Play, capitals
from render.test_bundle import VALIDATOR

from ws_notebook.render.bundle import bundle
from ws_notebook.render.compact import compact, expand

__all__: list[str] = []


def test_what_is_saved_is_valid_and_can_be_made_whole() -> None:
    for play in (capitals(), capitals().at(4).text("x" * 5000)):
        whole = bundle(play.run, HEADER)
        saved = json.loads(json.dumps(compact(whole)))
        jsonschema.Draft202012Validator(VALIDATOR.schema).validate(saved)
        assert expand(saved) == json.loads(json.dumps(whole))
        assert expand(whole) == whole


def test_a_long_text_is_saved_once_and_its_place_is_counted_as_browsers_do() -> None:
    play = Play().send().created("resp_1").text("One 😀").call("call_1", "look").completed().started("call_1")
    play.answered("call_1", "x").send().created("resp_2").text("😀 two " * 500).completed()
    saved = compact(bundle(play.run, HEADER))
    assert [turn.get("text") for turn in saved["turns"]] == ["One 😀", None]
    assert saved["turns"][1]["text_at"] == [8, 8 + 7 * 500]
    assert len(json.dumps(saved)) < 0.6 * len(json.dumps(bundle(play.run, HEADER)))


def test_a_bundle_whose_text_is_not_that_of_its_turns_is_kept_as_it_is() -> None:
    play = Play().send().created("resp_1").text("long " * 500).completed()
    whole = {**bundle(play.run, HEADER), "text": "other"}
    assert compact(whole) is whole
