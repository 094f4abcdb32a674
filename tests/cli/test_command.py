"""The command line as a whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["modle"], "Did you mean 'model'?"),
        (["model", "gte", "x"], "Did you mean 'get'?"),
        (["serve", "--prot", "5"], "Did you mean '--port'?"),
        (["serve", "--profil=openai", "--tls", "slef"], "Did you mean 'self'?"),
        (["doctor", "--offlin", "--jsno"], "unrecognized arguments: --jsno. Did you mean '--json'?"),
        (["--vresion", "serve"], "Did you mean '--version'?"),
    ],
)
def test_what_is_nearest_to_a_slip_is_named(typed: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(typed)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_what_is_near_to_nothing_is_refused_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for typed in (["xyzzy"], ["model", "list", "--zzzzzz"]):
        with pytest.raises(SystemExit):
            main(typed)
        shown = capsys.readouterr().err
        assert typed[-1] in shown
        assert "Did you mean" not in shown


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.strip() == ws_notebook.__version__


def test_an_output_of_few_characters_gets_the_others_as_question_marks(tmp_path: Path) -> None:
    # As a file or a pipe on Windows.
    told = {**os.environ, "PYTHONIOENCODING": "cp1252", "WS_NOTEBOOK_MODELS": str(tmp_path / "модели")}
    listed = run("model", "list", env=told)
    assert listed.returncode == 0, listed.stderr
    assert "??????: no model yet" in listed.stdout


def test_the_command_line_imports_nothing_heavy() -> None:
    script = "import sys, ws_notebook.cli; print(sorted({'tornado', 'msgspec', 'asyncio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"
