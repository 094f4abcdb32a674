"""What is installed: in this environment, and in ones that lack something."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

import ws_notebook
from ws_notebook.doctor.finding import Finding
from ws_notebook.doctor.installed import installed, our_version

__all__: list[str] = []

Stand = Callable[[str, str, str], None]


def found() -> dict[str, Finding]:
    return {each.subject: each for each in installed()}


@pytest.fixture
def stand_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Makes a distribution of that name, version and requirement, which is found before the real one."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name: str, version: str, requires: str = "") -> None:
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {requires}"] if requires else []
        (folder / "METADATA").write_text("\n".join(lines) + "\n")

    return make


def test_this_environment_can_run_the_package() -> None:
    everything = found()
    assert [each.subject for each in everything.values() if each.state == "failed"] == []
    assert everything["Python"].said.startswith(platform.python_version())
    assert everything["websockets"].said == metadata.version("websockets")
    assert "not needed" in everything["Node"].said


def test_the_package_s_version_is_its_own() -> None:
    assert our_version() == ws_notebook.__version__


def test_a_version_outside_its_range_is_told_with_what_to_run(stand_before: Stand) -> None:
    stand_before("ws-notebook", ws_notebook.__version__, "websockets<18,>=15")
    stand_before("websockets", "14.2", "")
    seen = found()
    assert seen["ws-notebook"].state == "ok"
    assert (seen["websockets"].state, seen["websockets"].said) == ("failed", "14.2, but <18,>=15 is needed.")
    assert 'pip install "websockets<18,>=15"' in seen["websockets"].advice


def test_an_untried_version_of_the_library_is_read_the_slow_way_and_that_is_said(stand_before: Stand) -> None:
    assert "fast road" not in found()
    stand_before("websockets", "18.1", "")
    seen = found()["fast road"]
    assert (seen.state, "websockets 18.1" in seen.said) == ("warning", True)


def test_two_mixed_installations_are_noticed(stand_before: Stand) -> None:
    stand_before("ws-notebook", "0.0.1", "")
    seen = found()["ws-notebook"]
    assert (seen.state, "pip knows 0.0.1" in seen.said) == ("failed", True)
    assert "pip uninstall" in seen.advice


def test_an_old_kernel_is_a_warning(stand_before: Stand) -> None:
    stand_before("ws-notebook", ws_notebook.__version__, "ipykernel>=6.29; extra == 'lab'")
    stand_before("ipykernel", "6.20.0", "")
    assert found()["ipykernel"].state == "warning"


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in ("pandas", "jupyterlab", "ws-notebook"):
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    seen = found()
    assert (seen["pandas"].state, "pip install" in seen["pandas"].advice) == ("failed", True)
    assert seen["jupyterlab"].state == "note"
    assert seen["ws-notebook"].state == "warning"
