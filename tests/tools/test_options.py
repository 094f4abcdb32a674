"""Options of a tool are checked when it is made, and a refusal says what to give instead."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.names import named

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.approval import Approval
from ws_notebook.tools.options import nearest

__all__: list[str] = []


def add(a: int, b: int) -> int:
    return a + b


async def later(call: Any) -> bool:
    return True


class Later:
    async def __call__(self, call: Any) -> bool:
        return True


def test_without_options_the_defaults_hold() -> None:
    made = tool(add)
    assert (made.timeout, made.run_in, made.approve, made.max_output) == (None, "kernel", None, 100_000)


def test_options_are_kept() -> None:
    made = tool(name="plus-1", description="  Adds.\n    Well.", timeout=2, run_in="thread", max_output=9)(add)
    assert (made.name, made.timeout, made.run_in, made.max_output) == ("plus-1", 2.0, "thread", 9)
    assert made.description == "Adds.\nWell."
    assert tool(approve=False)(add).approve is None
    assert tool(approve=True)(add).approve == Approval(when=True, timeout=None, default="deny")
    assert tool(approve="first time")(add).approve == Approval(when="first time")
    policy = Approval(str, timeout=3, default="approve")
    assert tool(approve=policy)(add).approve is policy


class Client:
    """Has a `submit`, as Dask's client has, and is no executor."""

    def submit(self) -> None: ...


def test_an_executor_is_taken() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert tool(run_in=pool)(add).run_in is pool


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, r"'add': timeout is 0; give a positive number of seconds, or None"),
        ({"timeout": -1}, r"positive number of seconds"),
        ({"timeout": True}, r"positive number of seconds"),
        ({"timeout": "5"}, r"timeout is '5'; give a positive number"),
        ({"run_in": "kernal"}, r"run_in is 'kernal'.*Executor\. Did you mean 'kernel'\?"),
        ({"run_in": None}, r"run_in is None; give \"kernel\", \"thread\" or a concurrent.futures.Executor"),
        ({"run_in": ThreadPoolExecutor}, r"give \"kernel\", \"thread\" or a concurrent"),
        ({"run_in": Client()}, r"concurrent\.futures\.Executor\. Dask has client\.get_executor\(\)"),
        ({"approve": "firsttime"}, r"approve is 'firsttime'; give True, .* Did you mean 'first time'\?"),
        ({"approve": "always"}, r"an Approval with a timeout\.$"),
        ({"approve": 1}, r"approve is 1; give True, \"first time\", a function of the call, or an Approval"),
        ({"approve": later}, r"approve is a coroutine function; give a plain one"),
        ({"approve": Later()}, r"approve is a coroutine function; give a plain one"),
        ({"approve": Approval(timeout=0)}, r"'add': Approval: timeout is 0; give a positive number of seconds"),
        ({"approve": Approval(default="ask")}, r"Approval: default is 'ask'; give \"deny\" or \"approve\""),
        ({"max_output": 0}, r"max_output is 0; give a positive number of characters"),
        ({"max_output": 1.5}, r"positive number of characters"),
        ({"strict": "yes"}, r"strict is 'yes'; give True, False, or None"),
        ({"name": "with space"}, r"cannot be named 'with space': letters, digits, _ and -.*@tool\(name=…\)"),
        ({"name": "x" * 65}, r"at most 64"),
        ({"name": ""}, r"cannot be named ''"),
        ({"name": 3}, r"name is a string, not 3"),
        ({"description": 3}, r"description is 3; give a string"),
        ({"timout": 3}, r"tool\(\) has no option 'timout'\. Did you mean 'timeout'\?"),
        ({"colour": 3}, r"tool\(\) has no option 'colour'\. There are: name, description, strict"),
    ],
    ids=named,
)
def test_an_unusable_option_is_refused_with_the_remedy(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        tool(**options)(add)


def test_a_name_in_another_alphabet_needs_a_name_of_its_own() -> None:
    def größe(a: int) -> int:  # noqa: PLC2401 - the subject of the test
        return a

    with pytest.raises(ToolError, match=r"cannot be named 'größe'.*Give a name with @tool\(name=…\)"):
        tool(größe)
    assert tool(name="size")(größe)(3) == 3


def test_a_lambda_needs_a_name() -> None:
    with pytest.raises(ToolError, match="cannot be named '<lambda>'"):
        tool(lambda: 3)


def test_the_nearest_word_is_offered() -> None:
    assert nearest("nam", ("name", "other")) == " Did you mean 'name'?"
    assert nearest("zzz", ("name", "other")) == " There are: name, other."
