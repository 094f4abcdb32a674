from __future__ import annotations

import json

import jsonschema
from render.play import HEADER, Play, capitals
from render.test_bundle import VALIDATOR

from ws_notebook.render.bundle import bundle
from ws_notebook.render.compact import compact, expand

__all__: list[str] = []


def test_what_is_saved_is_smaller_valid_and_can_be_made_whole() -> None:
    whole = bundle(capitals().run, HEADER)
    saved = json.loads(json.dumps(compact(whole)))
    jsonschema.Draft202012Validator(VALIDATOR.schema).validate(saved)
    assert expand(saved) == json.loads(json.dumps(whole))
    assert expand(whole) == whole
    assert len(json.dumps(saved)) < 0.92 * len(json.dumps(whole))


def test_the_places_of_texts_are_counted_as_browsers_do() -> None:
    play = Play().send().created("resp_1").text("One 😀").call("call_1", "look").completed().started("call_1")
    play.answered("call_1", "x").send().created("resp_2").text("two").completed()
    saved = compact(bundle(play.run, HEADER))
    assert [turn["text_at"] for turn in saved["turns"]] == [[0, 6], [8, 11]]
    assert all("text" not in turn for turn in saved["turns"])


def test_a_bundle_whose_text_is_not_that_of_its_turns_is_kept_as_it_is() -> None:
    whole = {**bundle(capitals().run, HEADER), "text": "other"}
    assert compact(whole) is whole
