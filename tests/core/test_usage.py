"""Counts that no response can have."""

from __future__ import annotations

import json

import pytest
from support.drive import Drive
from support.events import completed, created

from ws_notebook.core.usage import pack, place_of

__all__: list[str] = []


@pytest.mark.parametrize("odd", ["NaN", "1e999", "-1e999", "123456789012345678901234567890", "1e300"])
def test_a_number_that_no_count_can_be_is_as_if_not_said(odd: str) -> None:
    frame = json.dumps(completed("r")).replace('"input_tokens": 10', f'"input_tokens": {odd}')
    frame = frame.replace('"cached_tokens": 4', f'"cached_tokens": {odd}')
    drive = Drive()
    run = drive.ask()
    drive.receive(created("r"), frame)
    assert run.status == "completed"
    assert (run.usage["input_tokens"], run.usage["output_tokens"]) == (0, 3)


def test_anything_else_is_kept_as_it_came() -> None:
    given = {"input_tokens": 7, "details": {"x": "7", "y": None, "z": True}}
    packed = pack(given)
    assert packed is not None
    assert packed.unpacked() == given
    assert pack([1]) is None


def test_it_is_packed_without_loss_and_its_fields_are_held_once() -> None:
    given = {"input_tokens": 7, "details": {"cached": 0, "cost": 0.25, "tier": "a:1", "free": True}, "list": [1, None]}
    packed, other = pack(given), pack({**given, "input_tokens": 8})
    assert packed is not None
    assert other is not None
    assert packed.unpacked() == given
    assert packed.form is other.form
    assert pack(None) is None


def test_what_no_encoding_takes_is_packed_too() -> None:
    given = {"note": "\ud83d", "n": 3}
    packed = pack(given)
    assert packed is not None
    assert packed.unpacked() == given


def test_the_place_of_a_count_is_that_of_its_number_and_holds_for_all_of_its_form() -> None:
    given = {"a": 7, "b": {"c": 0.25, "d": True, "e": "f:7,"}, "g": 1e-07, "h": 2**53, "i": None}
    packed, other = pack(given), pack({**given, "a": 1, "b": {**given["b"], "c": 12.5}, "g": 3})
    assert packed is not None
    assert other is not None
    assert packed.form == other.form
    numbers = [float(number) for number in other.numbers.split(b",")]
    for path, expected in ((("a",), 1), (("b", "c"), 12.5), (("g",), 3)):
        place, shared = place_of(packed.form, path)
        assert shared is None
        assert numbers[place or 0] == expected
    assert place_of(packed.form, ("b", "d")) == (None, True)
    assert place_of(packed.form, ("h",)) == (None, 2**53)
    for path in (("b",), ("b", "e"), ("i",), ("a", "z"), ("none",)):
        assert place_of(packed.form, path) == (None, None)
