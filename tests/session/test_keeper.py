"""A handle that goes and comes again, with all that it knew."""

from __future__ import annotations

import gc

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
