"""The longest waits: their defaults, and what is refused in words."""

from __future__ import annotations

import math
from typing import Any

import pytest

import ws_notebook as wsn
from ws_notebook.core.waits import Waits
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


def test_machines_have_a_bound_by_default_and_people_have_none() -> None:
    usual = wsn.Waits()
    assert (usual.silence, usual.connect, usual.ending, usual.steer, usual.successor, usual.server) == (
        600, 30, 5, 10, 60, 60,
    )  # fmt: skip
    assert {usual.approval, usual.input, usual.tool, usual.kernel, usual.key} == {None}


def test_they_are_frozen_and_compare_by_value() -> None:
    with pytest.raises(AttributeError):
        Waits().silence = 3  # type: ignore[misc]
    assert Waits(silence=3) == Waits(silence=3.0) != Waits()
    assert Waits(silence=None).silence is None


@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan, "60", True, [60], 10**400])
def test_what_is_no_number_of_seconds_is_refused(value: Any) -> None:
    with pytest.raises(SettingsError, match="waits: connect must be a number of seconds above 0, or None for no bound"):
        Waits(connect=value)


def test_they_can_be_given_as_a_mapping() -> None:
    assert Waits.of(None) == Waits()
    assert Waits.of({}) == Waits()
    assert Waits.of({"silence": 5, "approval": 9}) == Waits(silence=5, approval=9)
    assert Waits.of(Waits(tool=1)) == Waits(tool=1)


def test_a_name_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(
        SettingsError, match=r"There is no wait 'silnce'\. Did you mean 'silence'\? Known are silence, c"
    ):
        Waits.of({"silnce": 5})
    with pytest.raises(TypeError, match="silnce"):
        Waits(silnce=5)  # type: ignore[call-arg]


@pytest.mark.parametrize("given", [60, "60", [60], Waits])
def test_what_is_no_waits_is_refused(given: Any) -> None:
    with pytest.raises(SettingsError, match=r"waits must be wsn\.Waits\(silence=600, connect=30, …\)"):
        Waits.of(given)
