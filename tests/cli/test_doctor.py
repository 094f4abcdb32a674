"""`ws-notebook doctor`."""

import json
import subprocess
import sys

import pytest
from support.server import TOKEN, running_server

from ws_notebook.cli import main


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ws_notebook", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.timeout(120)
def test_the_doctor_finds_the_embedded_server_well() -> None:
    done = run("doctor", "--provider", "local", "--json")
    told = json.loads(done.stdout)
    failed = [each for each in told["findings"] if each["state"] == "failed"]
    assert (done.returncode, told["ok"], failed, done.stderr) == (0, True, [], "")
    assert told["findings"][-1]["subject"] == "sessions"


def test_the_doctor_s_exit_code_says_that_something_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--url", "http://127.0.0.1:9/v1"]) == 1
    assert "nothing listens at 127.0.0.1:9" in capsys.readouterr().out


def test_the_doctor_looks_at_this_machine_alone_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline"]) == 0
    shown = capsys.readouterr().out
    assert "websockets" in shown
    assert "Provider" not in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--provider", "opnai"], "Did you mean 'openai'"),
        (["--provider", "azure"], "AZURE_OPENAI_ENDPOINT"),
        (["--url", "ftp://host"], "no base URL"),
        (["--provider", "local", "--ca", "no-such-file.pem"], "no-such-file.pem, cannot be used"),
        (["--url", "http://127.0.0.1:9/v1", "--key-variable", "WSN_NO_SUCH_KEY"], "WSN_NO_SUCH_KEY is not set"),
    ],
)
def test_what_the_doctor_cannot_use_is_a_finding(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", *arguments]) == 1
    assert said in " ".join(capsys.readouterr().out.split())


def test_the_doctor_takes_a_key_from_the_variable_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WSN_KEY_FOR_TESTS", TOKEN)
    with running_server() as server:
        arguments = ["--url", server.base_url, "--provider", "openai", "--model", "demo"]
        assert main(["doctor", *arguments, "--key-variable", "WSN_KEY_FOR_TESTS"]) == 0
    shown = capsys.readouterr().out
    assert "openai fits what was seen" in shown
    assert TOKEN not in shown
