"""What a notebook shows of an error: the user's lines and the message, none of this package's frames or variables."""

from __future__ import annotations

import re

import pytest
from magics.shells import notebook

from ws_notebook.session.errors import shortened

__all__: list[str] = []

SETUP = """\
%xmode Verbose
session = wsn.Session(provider="local")
def mine(prompt, **settings):
    return session.ask(prompt, **settings)
"""


def test_only_the_user_s_lines_are_shown() -> None:
    with notebook() as kernel:
        kernel.run(SETUP)
        for code, lines, words in (
            ("mine('hi', model='nope')", ["mine('hi', model='nope')", "return session.ask"], "model_not_found"),
            ("await session.ask_async('')", ["await session.ask_async('')"], "The prompt is empty"),
            ("mine('say 1', tiemout=3)", ["return session.ask"], "unexpected keyword argument 'tiemout'"),
            ("session.start('think 30 seconds').result(timeout=0.01)", ["result(timeout=0.01)"], "It goes on"),
            ("session.reset(); mine('say `x`', text_format=int).parsed", ["parsed"], "does not fit int"),
        ):
            message = re.sub(r"\x1b\[[\d;]*m", "", kernel.run(code, fails=True).message)
            assert [line for line in lines if line not in message] == []
            assert words in message
            assert "/ws_notebook/" not in message


def test_a_key_in_an_argument_is_in_no_frame_that_is_shown() -> None:
    with notebook() as kernel:
        # By a function: older IPythons show the value of every expression in the user's own line, os.environ's too.
        kernel.run("%xmode Verbose\nimport os\nos.environ['MINE'] = 'hidden-key-1'")
        kernel.run("def key(): return os.environ['MINE']")
        for arguments in ("provider='lokal'", "provider='local', modle='x'", "provider='local', transport='carrier'"):
            message = kernel.run(f"wsn.Session({arguments}, api_key=key())", fails=True).message
            assert "hidden-key-1" not in message


def test_outside_of_ipython_nothing_is_changed() -> None:
    @shortened
    def fails() -> None:
        raise TimeoutError("late")

    with pytest.raises(TimeoutError) as told:
        fails()
    assert not hasattr(told.value, "_render_traceback_")
    assert fails.__name__ == "fails"
