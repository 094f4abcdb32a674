"""A handle that goes and comes again, with all that it knew."""

from __future__ import annotations

import gc
import subprocess
import sys

from ws_notebook.session.keeper import Keeper

__all__: list[str] = []


class Handle:
    def __init__(self) -> None:
        self.words = "as made"


class Other(Handle):
    """Of a class of the user's."""


def test_the_handle_goes_with_its_last_variable_and_another_knows_what_it_knew() -> None:
    gone: list[str] = []
    handle = Other()
    keeper = Keeper(handle, lambda: gone.append("gone"))
    assert keeper.handle() is handle
    handle.words = "as changed"
    del handle
    gc.collect()
    assert gone == ["gone"]
    again = keeper.handle()
    assert (type(again), again.words, keeper.handle() is again) == (Other, "as changed", True)
    del again
    gc.collect()
    assert gone == ["gone", "gone"]


LATE = """\
import builtins, os
from ws_notebook.session.keeper import Keeper

class Handle:
    pass

builtins.handle = Handle()
builtins.keeper = Keeper(builtins.handle, lambda write=os.write: write(1, b"gone"))
"""


def test_at_the_very_end_nobody_is_told() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")
