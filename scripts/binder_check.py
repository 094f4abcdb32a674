"""Build what a Binder would have, in a clean directory, and execute all notebooks there: `make binder-check`.

As repo2docker's Python buildpack does it: a copy of the repository as git has it, a fresh environment of the Python
that binder/runtime.txt names, `pip install -r binder/requirements.txt`, then binder/postBuild, with the copy as home.
It takes some minutes and 2 GB, and prints how large the result is. Exits 1 where a step or a notebook fails.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from test_matrix import find_python

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = "notebooks/*.ipynb"
PATIENCE = 900
"""Seconds that one step may take."""
MIB = 1024 * 1024
KEPT = (
    *("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_", "REQUESTS_", "CURL_", "PIP_", "NODE_EXTRA_", "YARN_", "NPM_", "npm_"),
    *("HTTP", "http", "NO_PROXY", "no_proxy"),
)
"""What of this environment's variables the build has: where to get packages, and nothing of a user's settings."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy, build, execute, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="build there, and leave it; default: a temporary one")
    options = parser.parse_args(arguments)
    version = wanted_version((ROOT / "binder" / "runtime.txt").read_text())
    python = find_python(version)
    if python is None:
        hint = f"Install it, as with: uv python install {version}"
        print(f"There is no Python {version}, which binder/runtime.txt names. {hint}")
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return check(folder, python)


def wanted_version(runtime: str) -> str:
    """The version in the words of runtime.txt: 3.12 of python-3.12."""
    found = re.fullmatch(r"python-(\d+\.\d+)(\.\d+)?", runtime.strip())
    if found is None:
        raise SystemExit(f"binder/runtime.txt is to say python-3.12 or the like, not {runtime.strip()!r}.")
    return found[1]


def check(folder: Path, python: str) -> int:
    """Build below the folder with that Python and execute the notebooks. The exit code."""
    home, environment = folder / "home", folder / "environment"
    install = ["python", "-m", "pip", "install", "--no-cache-dir", "-r", "binder/requirements.txt"]
    steps: list[tuple[str, list[str]]] = [
        ("a fresh environment", [python, "-m", "venv", str(environment)]),
        ("binder/requirements.txt", install),
        ("binder/postBuild", ["bash", "binder/postBuild"]),
    ]
    copy(home)
    variables = clean_environment(home, environment)
    for name, command in steps:
        if not run(name, command, home, variables):
            return 1
    built = sizes(home, environment)
    # A JupyterLab of its own finds the quickstart where the badge says that it is.
    notebooks = sorted(home.glob(NOTEBOOKS))
    failed = [path.name for path in notebooks if not run(path.name, _executing(path), path.parent, variables)]
    print(f"\n{len(notebooks) - len(failed)} of {len(notebooks)} notebooks executed; {built}")
    return int(bool(failed or not notebooks))


def copy(home: Path) -> None:
    """The files that git knows, as they are here: what is ignored, or built, is no part of a Binder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, home / name)


def clean_environment(home: Path, environment: Path) -> dict[str, str]:
    """The variables of a build, whose home is the copy."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    path = os.pathsep.join([str(environment / "bin"), kept.get("PATH", os.defpath)])
    return {**kept, "HOME": str(home), "PATH": path, "VIRTUAL_ENV": str(environment)}


def run(name: str, command: list[str], folder: Path, variables: dict[str, str]) -> bool:
    """Run one step; what it printed is shown where it fails."""
    print(f"==> {name}", flush=True)
    begun = time.monotonic()
    # Found by the build's path, not by this process's.
    program = shutil.which(command[0], path=variables["PATH"]) or command[0]
    try:
        done = subprocess.run(
            [program, *command[1:]],
            cwd=folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"{name} did not end within {PATIENCE} s.")
        return False
    print(f"    {time.monotonic() - begun:.0f} s", flush=True)
    if done.returncode:
        print(done.stdout[-4000:])
    return done.returncode == 0


def sizes(home: Path, environment: Path) -> str:
    """How much the image has of this, in words."""
    parts = {"environment": size(environment), "repository": size(home)}
    told = ", ".join(f"{name} {bytes_ / MIB:.0f} MiB" for name, bytes_ in parts.items())
    return f"{sum(parts.values()) / MIB:.0f} MiB ({told})"


def size(folder: Path) -> int:
    """The bytes of all files below it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _executing(notebook: Path) -> list[str]:
    return ["jupyter", "execute", "--timeout=300", notebook.name]


if __name__ == "__main__":
    sys.exit(main())
