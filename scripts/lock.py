"""Renew the exact versions that `make` installs, requirements/*.txt: `make lock`; `--check` only compares them.

Each file holds one part of what pyproject.toml asks for, with all that it needs in turn, for every Python and system in
PYTHONS and SYSTEMS, with digests. Renewing takes the newest versions in the ranges (`--keep`: only what no longer fits)
and fails where a version has no wheel for one of these: a newcomer's machine builds nothing but this package.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["disagreements", "main", "parts", "pins_of"]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
"""uv's name of a system: what a marker sees there."""

APART = {"rivals": frozenset({"websockets"})}
"""What a file may hold in another version than the others do: it is for an environment of its own."""

SOURCE = "pyproject.toml"
"""How a file names what asked for a pin."""
NEXT = "Run: make lock"


@dataclass(frozen=True)
class Pin:
    """One line of a lock. `direct`: pyproject.toml itself asks for it."""

    name: str
    version: str
    marker: Marker | None
    digests: int
    direct: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Renew the files, or compare them with pyproject.toml. 1 if they disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; say where pyproject.toml and the lock differ"
    )
    parser.add_argument("--keep", action="store_true", help="keep every version that still fits")
    options = parser.parse_args(arguments)
    wanted = parts(tomllib.loads((ROOT / SOURCE).read_text(encoding="utf-8")))
    if not options.check:
        renew(wanted, keep=options.keep)
    found = [
        f"{file.relative_to(ROOT).as_posix()}: {each}"
        for file, requirements in ((FOLDER / f"{name}.txt", wanted[name]) for name in wanted)
        for each in disagreements(requirements, file.read_text(encoding="utf-8") if file.exists() else "")
    ]
    print("\n".join(found) or "The lock holds what pyproject.toml asks for.")
    return int(bool(found))


def parts(project: dict[str, Any]) -> dict[str, list[str]]:
    """What each file is made of: the requirements of pyproject.toml, by the file's name, the largest first."""
    package = project["project"]
    extras = package["optional-dependencies"]
    demo = [*package["dependencies"], *extras["lab"]]
    return {
        "test": [*demo, *extras["test"]],
        "demo": demo,
        "docs": [*package["dependencies"], *extras["docs"]],
        "llm": extras["llm"],
        "build": project["build-system"]["requires"],
        "dev": [each for each in extras["dev"] if Requirement(each).name != package["name"]],
        "rivals": project["dependency-groups"]["rivals"],
    }


# --- renewing --------------------------------------------------------------------------------------------------------


def renew(wanted: dict[str, list[str]], *, keep: bool) -> None:
    """Write every file; what two files hold has one version. Raises CalledProcessError when uv finds no solution."""
    FOLDER.mkdir(exist_ok=True)
    largest = FOLDER / f"{next(iter(wanted))}.txt"
    for name, requirements in wanted.items():
        file = FOLDER / f"{name}.txt"
        words = ["--universal", "--python-version", PYTHONS[0], "--generate-hashes", "--no-emit-index-url"]
        words += ["--custom-compile-command", "make lock", "--quiet", "--output-file", str(file)]
        words += [] if keep else ["--upgrade"]
        print(f"==> {file.relative_to(ROOT)}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            asked, shared = Path(folder, "asked.in"), Path(folder, "shared.txt")
            asked.write_text("\n".join(requirements), encoding="utf-8")
            shared.write_text(
                "" if file == largest else _shared(largest, APART.get(name, frozenset())), encoding="utf-8"
            )
            _uv_compile(*words, "--constraints", str(shared), str(asked))
        file.write_text(_tidy(file.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    for name in ("test", "dev", "rivals"):  # Between them, they hold what the others hold.
        _demand_wheels(FOLDER / f"{name}.txt")


def _shared(file: Path, apart: frozenset[str]) -> str:
    """The pins of a file as constraints, without some of them."""
    pins = [pin for pin in pins_of(file.read_text(encoding="utf-8")) if pin.name not in apart]
    return "\n".join(f"{pin.name}=={pin.version}" + (f" ; {pin.marker}" if pin.marker else "") for pin in pins)


def _demand_wheels(file: Path) -> None:
    print(f"==> wheels of all of {file.relative_to(ROOT)}", flush=True)
    words = ["--no-deps", "--only-binary", ":all:", "--quiet", str(file)]
    for python in PYTHONS:
        for system in SYSTEMS:
            _uv_compile("--python-version", python, "--python-platform", system, *words)


def _uv_compile(*words: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--python", sys.executable, *words]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def _tidy(text: str) -> str:
    """Where a pin comes from, without the paths of this machine: pyproject.toml, or the file of shared versions."""
    text = re.sub(r"^(    # via|    #  ) -r .*$", rf"\1 {SOURCE}", text, flags=re.MULTILINE)
    return re.sub(r"^    # via -c .*\n|^    #   -c .*\n", "", text, flags=re.MULTILINE)


# --- comparing -------------------------------------------------------------------------------------------------------


def disagreements(requirements: Iterable[str], text: str) -> list[str]:
    """What is wrong with the lock *text* of these requirements; empty when each has one fitting version everywhere."""
    pins = pins_of(text)
    wanted = [Requirement(each) for each in requirements]
    names = {canonicalize_name(each.name) for each in wanted}
    return [
        *(
            f"{line.strip()}: no options and no addresses belong here. {NEXT}"
            for line in text.splitlines()
            if _foreign(line)
        ),
        *(f"{pin.name}=={pin.version} has no digest. {NEXT}" for pin in pins if not pin.digests),
        *(f"{pin.name} is asked for no more. {NEXT}" for pin in pins if pin.direct and pin.name not in names),
        *dict.fromkeys(each for requirement in wanted for each in _misfits(requirement, pins)),
    ]


def _foreign(line: str) -> bool:
    return "://" in line or bool(re.match(r"-|.*\s--(?!hash=)", line))


def _misfits(requirement: Requirement, pins: Sequence[Pin]) -> Iterator[str]:
    """For each Python and system: the requirement has exactly one pin, within its range."""
    name = canonicalize_name(requirement.name)
    for where in environments():
        if requirement.marker is not None and not requirement.marker.evaluate(where):
            continue
        found = [pin for pin in pins if pin.name == name and (pin.marker is None or pin.marker.evaluate(where))]
        told = f"on Python {where['python_version']} and {where['sys_platform']}. {NEXT}"
        if len(found) != 1:
            yield f"{requirement} has {len(found)} versions {told}"
        elif not requirement.specifier.contains(found[0].version, prereleases=True):
            yield f"{name}=={found[0].version} is not {requirement.specifier} {told}"


def environments() -> Iterator[dict[str, str]]:
    """What a marker sees on each Python and system."""
    for python in PYTHONS:
        # An early and a late release: a pin may depend on the third number.
        for release in ("0", "99"):
            version = {"python_version": python, "python_full_version": f"{python}.{release}"}
            kind = {"implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": ""}
            for system in SYSTEMS.values():
                yield {**version, **kind, **system}


def pins_of(text: str) -> list[Pin]:
    """The pins of a lock. Raises ValueError at a line that is no pin, no digest and no remark."""
    blocks = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if line and not line.startswith("#")))
    return [_pin(block) for block in blocks if block and not _foreign(block.splitlines()[0])]


def _pin(block: str) -> Pin:
    first = Requirement(block.splitlines()[0].rstrip(" \\"))
    exact = re.fullmatch(r"==([^,*]+)", str(first.specifier))
    if exact is None:
        raise ValueError(f"{first} is no exact version. {NEXT}")
    direct = re.search(rf"^    # .*\b{re.escape(SOURCE)}$", block, flags=re.MULTILINE) is not None
    return Pin(canonicalize_name(first.name), exact[1], first.marker, block.count("--hash=sha256:"), direct)


if __name__ == "__main__":
    sys.exit(main())
