"""The server events and their names."""

from __future__ import annotations

import typing

import msgspec

from ws_notebook.core import events

__all__: list[str] = []


def test_every_known_event_has_a_default_for_each_field() -> None:
    for kind in typing.get_args(events.KnownEvent):
        assert isinstance(kind(), kind)


def test_every_known_event_is_named_as_the_api_names_it() -> None:
    tags = {kind.__struct_config__.tag for kind in typing.get_args(events.KnownEvent)}
    assert len(tags) == len(typing.get_args(events.KnownEvent))
    assert all(tag in ("error", "x_ws_notebook.fault") or tag.startswith("response.") for tag in tags)


def test_the_events_that_carry_a_response_are_one_family() -> None:
    family = {kind for kind in typing.get_args(events.KnownEvent) if issubclass(kind, events.ResponseEvent)}
    assert {kind.__struct_config__.tag for kind in family} == {
        "response.created",
        "response.in_progress",
        "response.completed",
        "response.incomplete",
        "response.failed",
    }


def test_an_event_does_not_change() -> None:
    event = events.OutputTextDelta(delta="a")
    try:
        event.delta = "b"  # type: ignore[misc]
    except AttributeError:
        assert event.delta == "a"
    assert msgspec.structs.asdict(events.ErrorInfo(message="x"))["status"] is None
