"""What a question takes is named wherever one can be asked: in signatures, help() and by Tab."""

from __future__ import annotations

import inspect
import pydoc
from typing import Any

import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter

from ws_notebook import Run, Session
from ws_notebook.core.run import LATEST
from ws_notebook.session.asking import AskSettings, StartSettings

__all__: list[str] = []

ASKING = [Session.ask, Session.ask_async, Run.branch]


def keywords(function: Any) -> dict[str, inspect.Parameter]:
    found = inspect.signature(function).parameters.values()
    return {each.name: each for each in found if each.kind is inspect.Parameter.KEYWORD_ONLY}


def test_the_list_of_arguments_is_that_of_start() -> None:
    start = keywords(Session.start)
    listed = {**StartSettings.__annotations__}
    assert list(start) == list(listed)
    assert {name: each.annotation for name, each in start.items() if name != "parent"} == {
        name: each.__forward_arg__ for name, each in listed.items() if name != "parent"
    }
    assert set(AskSettings.__annotations__) == {*listed, "timeout"}


@pytest.mark.parametrize("function", ASKING, ids=lambda each: each.__qualname__)
def test_signatures_name_every_argument_with_its_type_and_default(function: Any) -> None:
    found, start = keywords(function), keywords(Session.start)
    assert list(found) == [*start, "timeout"]
    assert {name: each.default for name, each in found.items()} == {
        **{name: each.default for name, each in start.items()},
        "timeout": None,
    }
    assert found["parent"].default is LATEST
    assert found["timeout"].annotation == "float | None"
    assert not [each for each in inspect.signature(function).parameters.values() if each.kind is each.VAR_KEYWORD]


def test_help_shows_the_arguments() -> None:
    # Before Python 3.14 with quotes around the types.
    shown = pydoc.render_doc(Session.ask, renderer=pydoc.plaintext).replace("'", "")
    for words in ("parent: Run | str | Latest | None = LATEST", "timeout: float | None = None", "-> Run"):
        assert words in shown
    assert "settings" not in shown.partition("\n\n")[2]


def test_tab_offers_the_arguments() -> None:
    completer = IPCompleter(namespace={"session": Session(provider="local")})
    for call in ("session.ask('x', te", "session.ask_async('x', te", "session.start('x', te"):
        with provisionalcompleter():
            found = [each.text for each in completer.completions(call, len(call))]
        assert "text_format=" in found


def test_an_argument_that_does_not_exist_is_named() -> None:
    with pytest.raises(TypeError, match="temprature"):
        Session(provider="local").ask("x", temprature=1)  # type: ignore[call-arg]
