"""What the room knows of sessions and runs is what these are."""

from __future__ import annotations

from collections.abc import Callable

from ws_notebook import Session
from ws_notebook.session.host import Asked, Host

__all__: list[str] = []

Open = Callable[..., Session]


def members(protocol: type) -> set[str]:
    return {name for name in (*vars(protocol), *protocol.__annotations__) if not name.startswith("__")} - {
        "_abc_impl",
        "_is_protocol",
        "_is_runtime_protocol",
    }


def test_a_session_is_a_host_and_a_run_was_asked_of_one(local: Open) -> None:
    session = local()
    run = session.ask('say "one"')
    assert {name for name in members(Host) if not hasattr(session, name)} == set()
    assert members(Asked) == {"_engine", "_course"}
    assert run._engine is session._engine
    assert run._course.handle is run
    assert run.session is session
