from __future__ import annotations

from typing import Any

import httpx2
import pytest
from support.server import RunningServer, running_server, text_of


def control(server: RunningServer, method: str, **options: Any) -> httpx2.Response:
    url = server.base_url.removesuffix("/v1") + "/control/faults"
    options.setdefault("headers", server.headers)
    return httpx2.request(method, url, timeout=20, **options)


def test_faults_are_set_counted_and_removed_while_the_server_runs() -> None:
    with running_server("--fault", "drop at response.created 9") as server, server.wire() as wire:
        assert control(server, "GET").json() == {
            "rules": [{"rule": "drop at response.created 9", "seen": 0, "happened": 0}]
        }
        rule = "duplicate at response.output_text.delta"
        assert control(server, "PUT", json={"rules": [rule]}).json()["rules"][0]["rule"] == rule
        assert text_of(wire.turn(input='say "a b"')) == "a a b"
        assert control(server, "GET").json()["rules"] == [{"rule": rule, "seen": 2, "happened": 1}]
        assert control(server, "DELETE").json() == {"rules": []}
        assert text_of(wire.turn(input='say "a b"')) == "a b"


@pytest.mark.parametrize("body", [{}, {"rules": "drop"}, {"rules": [5]}, {"rules": ["explode at error"]}])
def test_wrong_rules_are_a_400_and_change_nothing(body: dict[str, Any]) -> None:
    with running_server("--fault", "drop at response.created 9") as server:
        answer = control(server, "PUT", json=body)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "rules")
        assert len(control(server, "GET").json()["rules"]) == 1


def test_without_the_token_nothing_is_told(server: RunningServer) -> None:
    assert control(server, "GET", headers={}).status_code == 401
    assert control(server, "PUT", headers={}, json={"rules": []}).status_code == 401
