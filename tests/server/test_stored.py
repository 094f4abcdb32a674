from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.server import RunningServer, Wire, running_server, text_of


def call(server: RunningServer, path: str, method: str = "GET", token: str = "", **options: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else server.headers
    return httpx2.request(method, f"{server.base_url}/responses/{path}", headers=headers, timeout=20, **options)


def stored(wire: Wire, **fields: Any) -> dict[str, Any]:
    return wire.response(store=True, **fields)


def test_a_stored_response_is_retrieved_as_it_was_told(server: RunningServer, wire: Wire) -> None:
    response = stored(wire, input='say "kept"')
    answer = call(server, response["id"])
    assert (answer.status_code, answer.json()) == (200, response)


def test_a_response_that_was_not_stored_is_a_404(server: RunningServer, wire: Wire) -> None:
    response = wire.response(input='say "not kept"')
    answer = call(server, response["id"])
    assert answer.status_code == 404
    message = f"Response with id '{response['id']}' not found."
    assert answer.json()["error"] == {"type": "invalid_request_error", "code": None, "message": message, "param": None}


def test_a_deleted_response_is_gone(server: RunningServer, wire: Wire) -> None:
    response = stored(wire, input='say "x"')
    answer = call(server, response["id"], "DELETE")
    assert answer.json() == {"id": response["id"], "object": "response", "deleted": True}
    assert call(server, response["id"]).status_code == 404
    assert call(server, response["id"], "DELETE").status_code == 404
    with server.wire() as other:
        refused = other.error(input="x", previous_response_id=response["id"])
        assert refused["error"]["code"] == "previous_response_not_found"


def test_a_response_is_continued_from_a_socket_another_socket_and_http(server: RunningServer, wire: Wire) -> None:
    first = stored(wire, input="My name is Ada")
    question: dict[str, Any] = {"input": "What is my name?", "previous_response_id": first["id"]}
    stored(wire, input="hello")  # the lane's latest is another one now
    assert "Ada" in text_of(wire.turn(**question))
    with server.wire() as other:
        assert "Ada" in text_of(other.turn(**question))
    answer = httpx2.post(
        f"{server.base_url}/responses", headers=server.headers, json={"model": "demo", **question}, timeout=20
    )
    assert "Ada" in answer.text


def test_input_items_come_newest_first_in_pages(server: RunningServer, wire: Wire) -> None:
    first = stored(wire, input="one")
    second = stored(wire, input="two", previous_response_id=first["id"])
    items = call(server, f"{second['id']}/input_items").json()
    assert [item["role"] for item in items["data"]] == ["user", "assistant", "user"]
    assert items["data"][0]["content"][0]["text"] == "two"
    assert items["has_more"] is False
    ids = [item["id"] for item in items["data"]]
    assert (items["first_id"], items["last_id"]) == (ids[0], ids[-1])
    page = call(server, f"{second['id']}/input_items", params={"limit": 2}).json()
    assert ([item["id"] for item in page["data"]], page["has_more"]) == (ids[:2], True)
    rest = call(server, f"{second['id']}/input_items", params={"after": page["last_id"]}).json()
    assert [item["id"] for item in rest["data"]] == ids[2:]
    ascending = call(server, f"{second['id']}/input_items", params={"order": "asc"}).json()
    assert [item["id"] for item in ascending["data"]] == ids[::-1]


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"limit": "9" * 5000}, {"order": "up"}, {"after": "msg_1"}],
    ids=str,
)
def test_a_wrong_page_is_a_400_that_names_the_parameter(
    server: RunningServer, wire: Wire, params: dict[str, Any]
) -> None:
    response = stored(wire, input="x")
    answer = call(server, f"{response['id']}/input_items", params=params)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == next(iter(params))


def test_nothing_can_be_cancelled_or_streamed_again(server: RunningServer, wire: Wire) -> None:
    response = stored(wire, input="x")
    assert "background" in call(server, f"{response['id']}/cancel", "POST").json()["error"]["message"]
    assert call(server, "resp_nobody/cancel", "POST").status_code == 404
    assert call(server, f"{response['id']}/cancel").status_code == 405
    assert call(server, f"{response['id']}/input_items", "DELETE").status_code == 405
    again = call(server, response["id"], params={"stream": "true"})
    assert (again.status_code, again.json()["error"]["param"]) == (400, "stream")


def test_input_tokens_are_those_of_the_usage(server: RunningServer, wire: Wire) -> None:
    first = stored(wire, input="My name is Ada")
    fields: dict[str, Any] = {"input": "What is my name?", "instructions": "Be brief."}
    fields["previous_response_id"] = first["id"]
    counted = call(server, "input_tokens", "POST", json=fields).json()
    used = wire.response(**fields)["usage"]["input_tokens"]
    assert counted == {"object": "response.input_tokens", "input_tokens": used}
    refused = call(server, "input_tokens", "POST", json={"input": 5})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "input")


def test_a_response_is_seen_by_the_token_that_made_it_alone() -> None:
    with running_server("--token", "mine", "--token", "yours") as server:
        mine, yours = ({"additional_headers": {"Authorization": f"Bearer {name}"}} for name in ("mine", "yours"))
        with server.wire(**mine) as wire, server.wire(**yours) as other:
            response = stored(wire, input="My name is Ada")
            question: dict[str, Any] = {"input": "What is my name?", "previous_response_id": response["id"]}
            assert other.error(**question)["error"]["code"] == "previous_response_not_found"
            assert "Ada" in text_of(wire.turn(**question))
        for path, method in (
            (response["id"], "GET"),
            (response["id"], "DELETE"),
            (f"{response['id']}/input_items", "GET"),
        ):
            assert call(server, path, method, token="yours").status_code == 404
        assert call(server, response["id"], token="mine").status_code == 200


def test_a_file_keeps_responses_over_a_restart(tmp_path: Path) -> None:
    flags = ("--store", str(tmp_path / "responses.db"))
    with running_server(*flags) as server, server.wire() as wire:
        response = stored(wire, input="My name is Ada")
        server.process.kill()
        server.process.wait(timeout=20)
    with running_server(*flags) as server, server.wire() as wire:
        assert call(server, response["id"]).json() == response
        turn = wire.turn(input="What is my name?", previous_response_id=response["id"])
        assert "Ada" in text_of(turn)
