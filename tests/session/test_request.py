"""The settings of a run."""

from __future__ import annotations

import pytest

from ws_notebook.core.items import as_items
from ws_notebook.core.run import RequestSettings
from ws_notebook.exceptions import SettingsError
from ws_notebook.session.request import checked_turns, request_settings
from ws_notebook.tools import ToolRegistry

__all__: list[str] = []


def made(**changes: object) -> RequestSettings:
    values: dict[str, object] = {
        "model": "m",
        "instructions": None,
        "tools": ToolRegistry(),
        "max_turns": 5,
        "store": False,
        "options": {},
        **changes,
    }
    return request_settings(as_items("Hi"), **values)  # type: ignore[arg-type]


def test_options_go_into_the_request() -> None:
    assert made(options={"temperature": 0}).body() == {"model": "m", "store": False, "temperature": 0}


@pytest.mark.parametrize(
    "name", ["type", "input", "previous_response_id", "stream_id", "stream", "background", "background_options"]
)
def test_what_the_session_writes_is_no_option(name: str) -> None:
    with pytest.raises(SettingsError, match=f"options cannot hold '{name}'"):
        made(options={name: 1})


def test_the_options_of_the_caller_are_left_as_they_are() -> None:
    options = {"tools": [{"type": "web_search"}], "temperature": 0}
    assert made(options=options).tools == ({"type": "web_search"},)
    assert set(options) == {"tools", "temperature"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_a_number_that_json_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(SettingsError, match=r"options\['temperature'\] holds nan or infinity"):
        made(options={"temperature": value})


def test_no_hosted_tools_are_none() -> None:
    assert made(options={"tools": None}).tools == ()


def test_text_that_is_no_valid_unicode_can_be_sent() -> None:
    assert made(instructions="\ud83d").instructions == "\ud83d"


def test_a_limit_of_turns_is_a_whole_number() -> None:
    assert checked_turns(1) == 1
    for value in (0, True, 1.0, "1", None):
        with pytest.raises(SettingsError, match="whole number of at least 1"):
            checked_turns(value)
