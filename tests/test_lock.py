"""scripts/lock.py and requirements/: what `make` installs is exact, fits pyproject.toml, and leaves nothing out."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.programs import program

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
FILES = ("build", "demo", "dev", "docs", "llm", "rivals", "test")
DIGEST = "    --hash=sha256:" + "0" * 64
LOCK = f"""# A remark.
anyio==4.16.0 \\
{DIGEST} \\
{DIGEST}
    # via httpx2
httpx2==2.16.2 ; sys_platform != 'emscripten' \\
{DIGEST}
    # via pyproject.toml
numpy==2.4.6 ; python_full_version < '3.12' \\
{DIGEST}
    # via
    #   pyproject.toml
    #   pandas
numpy==2.5.5 ; python_full_version >= '3.12' \\
{DIGEST}
    # via
    #   pyproject.toml
    #   pandas
pexpect==4.9.0 ; sys_platform != 'win32' \\
{DIGEST}
    # via pyproject.toml
"""
WANTED = ("httpx2>=2.10", "numpy>=2", "pexpect>=4.9; sys_platform != 'win32'")


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    """The program as a module."""
    return program("lock")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def text_of(name: str) -> str:
    """A file of requirements/."""
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_the_lock_holds_what_pyproject_asks_for(lock: ModuleType, project: dict[str, Any], name: str) -> None:
    assert lock.disagreements(lock.parts(project)[name], text_of(name)) == []


def test_every_requirement_of_pyproject_is_in_a_part(lock: ModuleType, project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"]
    own = project["project"]["name"]
    stated = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    # otel and mcp are for users; what the tests need of them is in the extra `test`.
    stated += [each for name in ("lab", "test", "dev", "docs") for each in extras[name] if not each.startswith(own)]
    stated += [each for group in project["dependency-groups"].values() for each in group]
    assert sorted(set(stated)) == sorted({each for part in lock.parts(project).values() for each in part})
    assert sorted(lock.parts(project)) == sorted(FILES)
    assert sorted(path.stem for path in (ROOT / "requirements").iterdir()) == sorted(FILES)


def test_what_two_files_hold_has_one_version(lock: ModuleType) -> None:
    pins = {name: {(pin.name, str(pin.marker)): pin.version for pin in lock.pins_of(text_of(name))} for name in FILES}
    for name in FILES:
        apart = lock.APART.get(name, ())
        shared = {key: found for key, found in pins[name].items() if key in pins["test"] and key[0] not in apart}
        assert {key: pins["test"][key] for key in shared} == shared


@pytest.mark.parametrize("name", FILES)
def test_what_a_locked_version_needs_in_turn_is_locked_too(lock: ModuleType, name: str) -> None:
    pins = {pin.name: pin for pin in lock.pins_of(text_of(name)) if pin.marker is None or pin.marker.evaluate()}
    assert [each for pin in pins.values() for each in needs(pin) if each.name not in pins] == []
    assert [
        f"{pin.name} needs {each}, locked is {pins[each.name].version}"
        for pin in pins.values()
        for each in needs(pin)
        if not each.specifier.contains(pins[each.name].version, prereleases=True)
    ] == []


def needs(pin: Any) -> Iterator[Requirement]:
    """What the installed distribution requires here; nothing where another version is installed, or none."""
    try:
        found = importlib.metadata.distribution(pin.name)
    except importlib.metadata.PackageNotFoundError:
        return
    for each in map(Requirement, (found.requires or []) if found.version == pin.version else []):
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            each.name = canonicalize_name(each.name)
            yield each


def test_no_file_names_an_address_or_an_option() -> None:
    for name in FILES:
        lines = [
            line for line in text_of(name).splitlines() if not line.startswith(("    --hash=sha256:", "#", "    #"))
        ]
        assert [line for line in lines if not re.match(r"[\w.-]+==[\w.!+-]+( ; .*)? \\$", line)] == []
        assert "://" not in text_of(name)


def test_make_and_binder_install_what_is_locked() -> None:
    makefile, binder = (ROOT / "Makefile").read_text(), ROOT / "binder"
    assert "pip install --require-hashes -r" in makefile
    assert "pip install --no-deps --no-build-isolation ." in makefile
    assert "-r ../requirements/demo.txt" in (binder / "requirements.txt").read_text()
    assert "--require-hashes -r requirements/build.txt" in (binder / "postBuild").read_text()


def test_a_lock_that_fits_is_without_fault(lock: ModuleType) -> None:
    assert lock.disagreements(WANTED, LOCK) == []


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        ("tornado>=6", "tornado>=6 has 0 versions"),
        ("anyio>=5", "anyio==4.16.0 is not >=5"),
        ("numpy>=2.5", "numpy==2.4.6 is not >=2.5 on Python 3.11"),
        ("pexpect>=4.9", "pexpect>=4.9 has 0 versions on Python 3.11 and win32"),
    ],
)
def test_what_pyproject_asks_for_and_the_lock_lacks_is_named(lock: ModuleType, wanted: str, fault: str) -> None:
    found = lock.disagreements([*WANTED, wanted], LOCK)
    assert any(fault in each for each in found), found
    assert all("make lock" in each for each in found)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("--index-url https://example.org/simple\n", "no options and no addresses"),
        ("--extra-index-url file:///srv/packages\n", "no options and no addresses"),
        (f"pexpect @ https://example.org/pexpect.whl \\\n{DIGEST}\n", "no options and no addresses"),
        (f"httpx2==2.16.1 \\\n{DIGEST}\n", "httpx2>=2.10 has 2 versions"),
        ("idna==3.11\n    # via anyio\n", "idna==3.11 has no digest"),
        (f"tornado==6.5.2 \\\n{DIGEST}\n    # via pyproject.toml\n", "tornado is asked for no more"),
    ],
)
def test_what_does_not_belong_into_a_lock_is_named(lock: ModuleType, line: str, fault: str) -> None:
    assert any(fault in each for each in lock.disagreements(WANTED, LOCK + line))


def test_a_range_is_no_lock(lock: ModuleType) -> None:
    for specifier in (">=2", "==2.*", "==2.4,<3"):
        with pytest.raises(ValueError, match="no exact version"):
            lock.pins_of(f"numpy{specifier} \\\n{DIGEST}\n")


def test_an_absent_file_lacks_everything(lock: ModuleType) -> None:
    assert len(lock.disagreements(["numpy>=2"], "")) == len(lock.PYTHONS) * len(lock.SYSTEMS)


def test_an_early_release_of_a_python_may_have_another_version(lock: ModuleType) -> None:
    early, late = "python_full_version < '3.11.5'", "python_full_version >= '3.11.5'"
    text = f"soupsieve==2.10 ; {early} \\\n{DIGEST}\nsoupsieve==4.1.3 ; {late} \\\n{DIGEST}\n"
    assert lock.disagreements(["soupsieve>=2"], text) == []
    assert len(lock.disagreements(["soupsieve>=3"], text)) == len(lock.SYSTEMS)


def test_the_program_compares_and_changes_nothing(
    lock: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lock.main(["--check"]) == 0
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(lock, "ROOT", tmp_path)
    monkeypatch.setattr(lock, "FOLDER", tmp_path / "requirements")
    assert lock.main(["--check"]) == 1
    assert "requirements/build.txt: hatchling>=" in capsys.readouterr().out
    assert not (tmp_path / "requirements").exists()
