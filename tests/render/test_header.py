from __future__ import annotations

from ws_notebook.render.bundle import RunHeader as KnownToo
from ws_notebook.render.header import RunHeader
from ws_notebook.secrets import Keys

__all__: list[str] = []


def test_a_header_tells_no_key() -> None:
    header = RunHeader(provider="local", model="demo", transport="websocket", keys=Keys(["a-token-for-tests-17"]))
    assert "a-token-for-tests-17" not in repr(header)
    assert (header.note, header.address, header.profile) == ("", "", "")
    assert KnownToo is RunHeader
