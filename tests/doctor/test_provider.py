"""The whole way to a provider: keys, proxies, the embedded server, and the outcome."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import trustme
from doctor.conftest import Examine
from support.server import RunningServer, running_server

from ws_notebook.doctor import diagnose
from ws_notebook.settings import resolve

__all__: list[str] = []


def test_the_embedded_server_is_started_asked_and_ended() -> None:
    found = {each.subject: each for each in diagnose(resolve("local")).findings}
    assert (found["sessions"].state, found["key"].state) == ("ok", "ok")
    url = found["provider"].said.split(" at ")[1].split(",")[0]
    again = {each.subject: each for each in diagnose(resolve(url)).findings}
    assert "nothing listens" in again["TCP"].said


def test_a_missing_key_fails_and_nothing_is_asked(examine: Examine, server: RunningServer) -> None:
    from ws_notebook.settings import Profile

    found = examine(server.base_url, api_key=None, profile=Profile(name="mine", key_variable="WSN_NO_SUCH_KEY"))
    assert (found["key"].state, "WSN_NO_SUCH_KEY" in found["key"].said) == ("failed", True)
    assert (found["answers"].state, "upgrade" in found) == ("skipped", False)


def test_a_wrong_key_fails_on_both_roads(examine: Examine, server: RunningServer) -> None:
    found = examine(server.base_url, api_key="a-wrong-key-for-tests")
    assert [found[name].state for name in ("upgrade", "HTTP", "sessions")] == ["failed", "failed", "failed"]
    assert "HTTP 401" in found["upgrade"].said
    assert "a-wrong-key-for-tests" not in str(found)


def test_a_function_for_the_key_that_raises_is_told(examine: Examine, server: RunningServer) -> None:
    def broken() -> str:
        raise KeyError("no login")

    found = examine(server.base_url, api_key=broken)["key"]
    assert (found.state, "KeyError" in found.said) == ("failed", True)


def test_a_header_of_the_user_s_is_enough(examine: Examine, server: RunningServer) -> None:
    found = examine(server.base_url, api_key=None, headers={"Authorization": f"Bearer {server.token}"})
    assert (found["key"].said, found["sessions"].state) == ("there is one, from the headers.", "ok")


def test_a_private_authority_is_enough_with_its_file(examine: Examine, tmp_path: Path) -> None:
    import ssl

    authority, file = trustme.CA(), tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(file))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with running_server("--certfile", str(file)) as server:
        assert examine(server.base_url)["TLS"].state == "failed"
        found = examine(server.base_url, ssl=context)
        assert [found[name].state for name in ("TLS", "upgrade", "HTTP")] == ["ok", "ok", "ok"]
        plain = examine(server.base_url.replace("https", "http"))["upgrade"]
    assert "write https:// instead of http://" in plain.advice


def test_a_proxy_is_named_and_tried_first(examine: Examine, unused_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://user:word@127.0.0.1:{unused_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    found = examine("https://host.invalid/v1")
    assert f"http://127.0.0.1:{unused_port}" in found["proxy"].said
    assert "word" not in found["proxy"].said
    assert (found["TCP"].state, "DNS" in found) == ("failed", False)


def test_no_process_is_left_behind() -> None:
    def servers() -> set[str]:
        listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        return {line for line in listed.splitlines() if "--with-parent" in line and " -P " in line}

    before = servers()
    diagnose(resolve("local"))
    assert servers() <= before
