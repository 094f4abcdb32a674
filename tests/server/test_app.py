from __future__ import annotations

import asyncio
import os
import signal
import ssl
import sys
from pathlib import Path

import httpx2
import psutil
import pytest
import trustme
from support.server import TOKEN, running_server

from ws_notebook.server.app import ServerOptions, serve
from ws_notebook.server.models.demo import DemoModel, Pace


def options(**fields: object) -> ServerOptions:
    return ServerOptions(models=[DemoModel(Pace(0, 0))], token=TOKEN, **fields)  # type: ignore[arg-type]


def test_the_ready_line_has_the_base_url_and_says_that_it_is_a_script() -> None:
    with running_server() as server:
        assert server.base_url.startswith("http://127.0.0.1:")
        assert "no AI" in server.line
        assert TOKEN not in server.line


def test_a_server_ends_with_its_parent() -> None:
    with running_server() as server:
        assert server.process.stdin is not None
        server.process.stdin.close()
        assert server.process.wait(timeout=20) == 0


def test_a_parent_that_is_gone_as_soon_as_it_hears_of_the_server_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getppid()

    def ready(_: str) -> None:
        monkeypatch.setattr(os, "getppid", lambda: parent + 1)

    async def run() -> None:
        await asyncio.wait_for(serve(options(parent=parent), ready=ready), 20)

    asyncio.run(run())


@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: signals of POSIX")
def test_a_server_with_a_parent_ignores_ctrl_c() -> None:
    with running_server() as server:
        os.kill(server.process.pid, signal.SIGINT)
        assert httpx2.get(f"{server.base_url}/models", headers=server.headers).status_code == 200


@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: signals of POSIX")
def test_a_server_ends_when_it_is_told_to() -> None:
    with running_server() as server:
        server.process.terminate()
        assert server.process.wait(timeout=20) == 0


def test_serving_can_be_cancelled() -> None:
    async def run() -> str:
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(serve(options(), ready=told.set_result))
        url = await told
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return url

    assert asyncio.run(run()).endswith("/v1")


def test_the_options_show_no_token() -> None:
    assert TOKEN not in repr(options())


def test_with_a_certificate_it_speaks_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certfile, keyfile = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(certfile)
    certificate.private_key_pem.write_to_path(keyfile)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with running_server("--certfile", str(certfile), "--keyfile", str(keyfile)) as server:
        assert server.base_url.startswith("https://127.0.0.1:")
        assert httpx2.get(f"{server.base_url}/models", headers=server.headers, verify=context).status_code == 200
        with server.wire(ssl=context) as wire:
            assert wire.response(input='say "secret"')["status"] == "completed"


def test_a_certificate_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "cert.pem"

    async def run() -> None:
        await serve(options(certificate=(path, None)), ready=lambda _: None)

    with pytest.raises(OSError, match="certificate cannot be used"):
        asyncio.run(run())
    path.write_text("nothing of the kind")
    with pytest.raises(OSError, match="certificate cannot be used"):
        asyncio.run(run())


def test_without_its_proxy_it_ends_and_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with running_server("--rtt", "1ms") as server:
        (proxy,) = psutil.Process(server.process.pid).children()
        proxy.kill()
        assert server.process.wait(20) == 1
    assert "The delaying proxy has ended" in capfd.readouterr().err
