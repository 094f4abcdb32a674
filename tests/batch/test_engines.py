"""What an engine is to a batch: real ones are in tests/session/test_elsewhere.py; here what is refused."""

from __future__ import annotations

import secrets

import pytest

from ws_notebook import SettingsError
from ws_notebook.batch.engines import _stop_here, engine_of, is_stopped

__all__: list[str] = []


@pytest.mark.parametrize("client", [object(), "tcp://127.0.0.1:8786", 4])
def test_what_is_no_client_is_refused(client: object) -> None:
    with pytest.raises(SettingsError, match="Client of Dask or ipyparallel"):
        engine_of(client)


def test_a_worker_is_told_to_stop() -> None:
    topic = secrets.token_hex(8)
    assert not is_stopped(topic)
    _stop_here(topic)
    assert is_stopped(topic)


@pytest.mark.packages
def test_engines_of_ipyparallel_ask_too() -> None:
    ipyparallel = pytest.importorskip("ipyparallel")

    from ws_notebook import Session

    with ipyparallel.Cluster(n=2, log_level=40) as client, Session(provider="local") as session:
        client.wait_for_engines(2, timeout=120)
        for on in (client, client.load_balanced_view()):
            batch = session.map(range(40), 'say "{value}"', on=on)
            assert batch.frame.answer.tolist() == [str(n) for n in range(40)]
