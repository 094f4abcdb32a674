from __future__ import annotations

from pathlib import Path

import pytest

from ws_notebook.faults import ACTIONS, FaultError, Faults, parse_fault

PAGE = Path(__file__).resolve().parents[1] / "docs" / "server.md"


def test_a_rule_strikes_at_the_first_event_the_nth_or_each_nth() -> None:
    first, third, each = (parse_fault(f"drop at response.created{times}") for times in ("", " 3", " every 2"))
    struck = [[rule.strikes("response.created") for _ in range(6)] for rule in (first, third, each)]
    assert struck[0] == [True, False, False, False, False, False]
    assert struck[1] == [False, False, True, False, False, False]
    assert struck[2] == [False, True, False, True, False, True]
    assert (each.seen, each.happened) == (6, 3)


def test_other_events_are_not_counted_and_a_star_takes_many() -> None:
    rule = parse_fault("stall 1.5 at response.*.delta 2")
    assert [
        rule.strikes(kind) for kind in ("response.created", "response.output_text.delta", "response.refusal.delta")
    ] == [
        False,
        False,
        True,
    ]
    assert (rule.action, rule.argument) == ("stall", 1.5)


def test_every_rule_counts_and_replacing_begins_anew() -> None:
    faults = Faults([parse_fault("drop at error"), parse_fault("duplicate at error 2")])
    assert [fault.action for fault in faults.at("error")] == ["drop"]
    assert [fault.action for fault in faults.at("error")] == ["duplicate"]
    faults.replace([parse_fault("drop at error")])
    assert len(faults.at("error")) == 1


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "drop",
        "drop at",
        "drop at error 0",
        "drop at error x",
        "drop at error every",
        "drop at error 1 2",
        "drop 5 at error",
        "explode at error",
        "stall at error",
        "stall -1 at error",
        "close 1005 at error",
        "close 99 at error",
        "split 0 at error",
        "error at response.created",
        "error " + "4" * 5000 + " at error",
        "close " + "1" * 5000 + " at error",
        "drop at error " + "1" * 5000,
        "refuse 503 at response.created",
        "refuse 200 at upgrade",
        "drop at upgrade",
    ],
)
def test_a_rule_that_cannot_be_read_is_explained(rule: str) -> None:
    with pytest.raises(FaultError, match="fault"):
        parse_fault(rule)


def test_the_documentation_has_every_fault() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name, (_, happens) in ACTIONS.items() if f"`{name}" not in page or happens not in page] == []
