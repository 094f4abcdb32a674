"""`ws-notebook serve`, in a process of its own where it serves."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ws_notebook.cli import main


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ws_notebook", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, **options)  # type: ignore[call-overload,no-any-return]


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


def test_two_certificates_are_one_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--tls", "self", "--certfile", "c.pem"]) == 2
    assert "give one of them" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [["--rtt", "80"], ["--bandwidth", "fast"], ["--overhead", "2ms/MB"]])
def test_a_network_that_cannot_be_read_is_explained(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", *flags])
    assert "is written like" in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--rtt", "1ms"]])
def test_a_taken_port_is_explained_without_a_traceback(more: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]), *more)
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


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "replay"], "--model replay is about a cassette: name that too"),
        (["--record", "once"], "--record is about a cassette"),
        (["--cassette", "c", "--model", "replay", "--record", "all"], "--model replay records nothing"),
        (["--cassette", "c", "--model", "replay", "--upstream", "http://a/v1"], "give one of them"),
        (["--cassette", "c", "--model", "replay", "--scene", "refusal"], "leave --scene out, or --model replay"),
        (["--cassette", "no/such/file", "--model", "replay"], "There is no cassette no/such/file to be replayed"),
    ],
)
def test_a_cassette_that_cannot_be_served_is_explained(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_scene_that_cannot_be_played_is_not_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--scene", "frist-contact"]) == 2
    assert "Did you mean 'first-contact'?" in capsys.readouterr().err
    (tmp_path / "refusal.yaml").write_text("scene: x\nsteps: [{say: a}]\n")
    assert main(["serve", "--scene", "refusal", "--scene", str(tmp_path / "refusal.yaml")]) == 2
    assert "Two scenes are called 'refusal'" in capsys.readouterr().err


def test_a_server_for_a_model_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    done = run("serve", "--model", "smollm2", env={**os.environ, "WS_NOTEBOOK_MODELS": str(tmp_path)})
    assert done.returncode == 2
    assert "ws-notebook model get smollm2" in done.stderr
    both = run("serve", "--model", "smollm2", "--upstream", "http://127.0.0.1:9")
    assert "give one of them" in both.stderr
