from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support.index import gguf
from support.server import TOKEN, running_server

import ws_notebook
from ws_notebook.cli import main


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ws_notebook", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_without_a_command_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.strip() == ws_notebook.__version__


def test_help_says_that_the_demo_model_is_no_ai(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    assert "no AI" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--tokens-per-second", "-1"],
        ["--first-token", "nan"],
        ["--max-message-mib", "0"],
        ["--queued-creates", "0"],
        ["--unread-mib", "0"],
        ["--unread-seconds", "-1"],
        ["--host", ""],
    ],
)
def test_a_flag_out_of_range_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["serve", *arguments])
    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize("token", ["", "  ", "a\n"])
def test_a_token_that_lets_everybody_in_is_refused(
    token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--token", "right", "--token", token]) == 2
    assert "--token" in capsys.readouterr().err
    monkeypatch.setenv("WS_NOTEBOOK_SERVER_TOKEN", token)
    assert main(["serve"]) == 2
    assert "$WS_NOTEBOOK_SERVER_TOKEN" in capsys.readouterr().err


def test_a_key_without_its_certificate_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--keyfile", "key.pem"]) == 2
    assert "--certfile" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--upstream-api", "chat"], "--upstream-api is about an upstream"),
        (["--upstream-key-variable", "X"], "--upstream-key-variable is about an upstream"),
        (["--upstream", "http://h/v1", "--upstream-key-variable", "WSN_NO_SUCH_KEY"], "WSN_NO_SUCH_KEY is not set"),
        (["--upstream", "http://h/v1", "--models-by-address"], "give one of them"),
        (["--upstream", "ftp://h/v1"], "is no base URL"),
        (["--upstream", "http://user:secret@h/v1"], "holds a user name or password"),
    ],
)
def test_an_upstream_that_cannot_be_used_is_explained(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *arguments]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "secret" not in shown


def test_a_taken_port_is_explained_without_a_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_store_is_explained_without_a_traceback(tmp_path: Path) -> None:
    done = run("serve", "--store", str(tmp_path))
    assert done.returncode == 1
    assert "cannot be used as a store" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_without_a_token_makes_one_and_says_it() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "WS_NOTEBOOK_SERVER_TOKEN"}
    done = run("serve", "--with-parent", input="", env=environment)
    assert done.returncode == 0
    line, token = done.stdout.strip().split("token: ")
    assert "http://127.0.0.1:" in line
    assert len(token.rstrip(")")) >= 32


@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: signals of POSIX")
def test_ctrl_c_ends_a_server_quietly() -> None:
    command = [sys.executable, "-m", "ws_notebook", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "http://" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""


def test_the_command_line_imports_nothing_heavy() -> None:
    script = "import sys, ws_notebook.cli; print(sorted({'tornado', 'msgspec', 'asyncio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"


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


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--port", "must be a whole number, not 'x'"),
        ("--tokens-per-second", "must be a number, not 'x'"),
        ("--max-message-mib", "must be a number, not 'x'"),
    ],
)
def test_what_is_no_number_is_said_so(option: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", option, "x"])
    assert f"argument {option}: {said}" in capsys.readouterr().err


def test_models_are_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WS_NOTEBOOK_MODELS", str(tmp_path))
    assert main(["model", "list"]) == 0
    assert "no model yet" in capsys.readouterr().out
    (tmp_path / "tiny.gguf").write_bytes(gguf("Tiny"))
    assert main(["model", "list"]) == 0
    out = capsys.readouterr().out
    assert "tiny  Tiny, 0 MB, licence not told" in out
    assert "to be had: ws-notebook model get smollm2  (SmolLM2-135M, 93 MB)" in out
    assert main(["model", "remove", "tiny"]) == 0
    assert main(["model", "remove", "tiny"]) == 1
    assert "There is no model 'tiny'" in capsys.readouterr().err
    assert main(["model", "get", "unknown"]) == 1
    assert "There is no model 'unknown' to be had" in capsys.readouterr().err


def test_a_server_for_a_model_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    done = run("serve", "--model", "smollm2", env={**os.environ, "WS_NOTEBOOK_MODELS": str(tmp_path)})
    assert done.returncode == 2
    assert "ws-notebook model get smollm2" in done.stderr
    both = run("serve", "--model", "smollm2", "--upstream", "http://127.0.0.1:9")
    assert "give one of them" in both.stderr
