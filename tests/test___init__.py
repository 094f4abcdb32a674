"""The public names: each is there, says what it is, and so does everything that hangs on it."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator

import pytest

import ws_notebook as wsn
from ws_notebook import exceptions
from ws_notebook.core import changes
from ws_notebook.core.lane import Lane
from ws_notebook.core.run import RunState
from ws_notebook.core.steer import Steer
from ws_notebook.core.timing import CallTiming, TurnTiming
from ws_notebook.core.turn import CallState, HostedCall, TurnState
from ws_notebook.session.comparison import Comparison
from ws_notebook.session.following import AsyncStream, Stream
from ws_notebook.session.recording import Recording
from ws_notebook.settings import Settings
from ws_notebook.tools.approval import PendingCall
from ws_notebook.tools.registry import ToolRegistry

__all__: list[str] = []

HANDED_OUT = [
    AsyncStream, CallState, CallTiming, Comparison, HostedCall, Lane, PendingCall, Recording, RunState, Settings, Steer,
    Stream, ToolRegistry, TurnState, TurnTiming,
]  # fmt: skip
"""What users are given by what they import: turns, calls and their like."""

NAMED = [getattr(wsn, name) for name in wsn.__all__ if not name.startswith("_")]
CLASSES = [each for each in NAMED if inspect.isclass(each)] + HANDED_OUT


def test_every_error_is_importable_from_the_package() -> None:
    assert [name for name in exceptions.__all__ if getattr(wsn, name, None) is not getattr(exceptions, name)] == []
    assert set(exceptions.__all__) <= set(wsn.__all__)


def test_every_change_is_importable_from_the_package_and_stays_as_it_is() -> None:
    kinds = typing.get_args(wsn.Change)
    assert {each.__name__ for each in kinds} == {*changes.__all__} - {"Change", "so_far"}
    assert [each for each in kinds if getattr(wsn, each.__name__) is not each] == []
    assert [each.__name__ for each in kinds if not each.__struct_config__.frozen] == []
    assert [each.__name__ for each in kinds if not each.__doc__.endswith(".")] == []


def test_the_module_of_errors_is_there_without_an_import_of_its_own() -> None:
    code = "import ws_notebook as wsn; print(wsn.exceptions.ToolError is wsn.ToolError, dir(wsn) == wsn.__all__)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "True True\n"


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        wsn.__getattr__("Sesion")


def members(kind: type) -> Iterator[tuple[str, object]]:
    """The public properties and methods that a class has from us, each as it has it."""
    ours = [each for each in reversed(kind.__mro__) if each.__module__.startswith("ws_notebook")]
    found = {name: (each, value) for each in ours for name, value in vars(each).items()}
    for name, (each, value) in found.items():
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if not name.startswith("_") and inspect.isfunction(inspect.unwrap(function) if function else None):
            yield f"{each.__name__}.{name}", function


@pytest.mark.parametrize("kind", CLASSES, ids=lambda each: each.__name__)
def test_a_public_class_and_all_that_it_has_say_what_they_are(kind: type) -> None:
    assert kind.__doc__
    assert sorted({name for name, value in members(kind) if not inspect.getdoc(value)}) == []


def test_public_functions_say_what_they_do() -> None:
    functions = [each for each in NAMED if inspect.isroutine(each)]
    assert functions
    assert [each.__name__ for each in functions if not inspect.getdoc(each)] == []
