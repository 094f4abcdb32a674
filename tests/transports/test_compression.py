from __future__ import annotations

import pytest

from ws_notebook.exceptions import SettingsError
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.compression import Compression

__all__: list[str] = []

AT_HOME = ("http://127.0.0.1:8000/v1", "http://localhost/v1", "http://[::1]:8000/v1")
ELSEWHERE = ("https://api.openai.com/v1", "http://10.0.0.7:8000/v1")


@pytest.mark.parametrize(
    ("asked", "at_home", "elsewhere"), [("auto", False, True), ("deflate", True, True), (None, False, False)]
)
def test_it_is_offered_where_bytes_cost_something_or_somebody_asked(
    asked: str | None, at_home: bool, elsewhere: bool
) -> None:
    compression = Compression(asked)
    assert {compression.offered_to(Endpoint(base_url=url)) for url in AT_HOME} == {at_home}
    assert {compression.offered_to(Endpoint(base_url=url)) for url in ELSEWHERE} == {elsewhere}


def test_what_else_is_asked_for_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match=r"'auto', 'deflate' or None \(off\), not 'brotli'"):
        Compression("brotli")


def test_it_says_what_became_of_it() -> None:
    compression = Compression()
    assert repr(compression) == "<Compression: none>"
    compression.agreed = ""
    assert repr(compression) == "<Compression: not agreed to>"
    compression.agreed, compression.plain, compression.wire = "permessage-deflate", 113_890, 19_753
    assert repr(compression) == "<Compression: permessage-deflate; 113,890 bytes went as 19,753>"
