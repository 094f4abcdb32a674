from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ws_notebook.faults import ACTIONS, EVENTS
from ws_notebook.views.faults import FaultSwitch

__all__: list[str] = []


def test_it_offers_every_action_and_says_which_take_an_argument() -> None:
    switch = FaultSwitch([], lambda _: [], list)
    assert [name for name, _, _ in switch.actions] == list(ACTIONS)
    assert {name: takes for name, _, takes in switch.actions}["stall"]
    assert not {name: takes for name, _, takes in switch.actions}["drop"]
    assert switch.events == list(EVENTS)


def test_what_it_is_told_is_done_and_what_goes_wrong_is_said() -> None:
    asked: list[Sequence[str]] = []

    def put(rules: Sequence[str]) -> list[dict[str, Any]]:
        asked.append(rules)
        if "bad" in rules:
            raise ValueError("It is bad.")
        return [{"rule": rule, "seen": 0, "happened": 0} for rule in rules]

    switch = FaultSwitch([], put, lambda: [{"rule": "a", "seen": 4, "happened": 2}])
    for message in (
        {"kind": "set", "rules": ["a"]},
        {"kind": "set", "rules": ["bad"]},
        {"kind": "other"},
        "noise",
        {"kind": "set"},
    ):
        switch._handle_custom_msg(message, [])
    assert asked == [["a"], ["bad"]]
    assert (switch.note, switch.rules) == ("It is bad.", [{"rule": "a", "seen": 0, "happened": 0}])
    switch.look()
    assert (switch.note, switch.rules[0]["happened"]) == ("", 2)
