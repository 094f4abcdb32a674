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
    saved = compact(whole)
    assert (saved["text"], saved["turns"][0]["text"]) == ("other", whole["turns"][0]["text"])


def test_figures_are_saved_as_short_strings() -> None:
    saved = compact(bundle(capitals().run, HEADER))
    assert saved["turns"][0]["spans"] == "connect 0 3 send 3 wait 360 reasoning 700 text 800"
    assert saved["turns"][1]["calls"][0]["spans"] == "queued 1550 2050 tool 2120"
    assert saved["frames"]["rows"].startswith("0 1 0 ")
    assert not {"lane", "error", "start_ms", "end_ms"} & set(saved["turns"][0])


def test_what_still_lasts_is_saved_and_made_whole_as_such() -> None:
    play = Play().send().at(1).created("resp_1").call("call_1", "look").at(2).started("call_1")
    whole = bundle(play.run, HEADER, now=play.now)
    turn = compact(whole)["turns"][0]
    assert turn["spans"].endswith(" -")
    assert turn["calls"][0]["spans"].endswith(" -")
    assert expand(json.loads(json.dumps(compact(whole)))) == whole
