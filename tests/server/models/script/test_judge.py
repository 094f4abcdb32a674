from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.server.models.history import Made
from ws_notebook.server.models.script.judge import complaint
from ws_notebook.server.models.script.story import Check

__all__: list[str] = []


def said(output: str, **test: Any) -> str | None:
    made = [Made({"name": "add"}, "0"), Made({"name": "other"}, "9"), Made({"name": "add"}, output)]
    return complaint(Check("add", None, list(test.items()), (), 1), made)


@pytest.mark.parametrize(
    ("output", "test", "right"),
    [
        ("3", {"gave": 3}, True),
        ("3.0000000000001", {"gave": 3}, True),
        ("2820710.0", {"gave": 2820710}, True),
        ("true", {"gave": 1}, False),
        ('{"a": [1, 2.0]}', {"gave": {"a": [1, 2]}}, True),
        ("Oslo\n", {"gave": "Oslo"}, True),
        ('"Oslo"', {"gave": "Oslo"}, True),
        ("3", {"gave": 4}, False),
        ("The capital is OSLO.", {"contains": "oslo"}, True),
        ("id-42", {"matches": r"^id-\d+$"}, True),
        ("about 1,200 people", {"at_least": 1200, "at_most": 1200}, True),
        ("nobody", {"at_least": 1}, False),
        ('{"error": {"type": "KeyError"}}', {"failed": True}, True),
        ("fine", {"failed": True}, False),
        ("fine", {"failed": False}, True),
    ],
)
def test_an_output_is_compared_as_who_wrote_the_check_means_it(output: str, test: dict[str, Any], right: bool) -> None:
    assert (said(output, **test) is None) is right


def test_the_words_say_what_came_what_was_expected_and_what_to_do() -> None:
    words = said("4", gave=3, contains="three")
    assert words == (
        "`add` gave back `4`. I expected `3` and a text with “three” in it. "
        "Change the function, run its cell, and ask again."
    )
    assert said("x" * 500, gave=1).count("x") < 250  # type: ignore[union-attr]


def test_which_call_can_be_said() -> None:
    made = [Made({"name": "add"}, "1"), Made({"name": "add"}, "2")]
    assert complaint(Check("add", 1, [("gave", 1)], (), 1), made) is None
    assert "was not called" in str(complaint(Check("add", 3, [("gave", 1)], (), 1), made))
