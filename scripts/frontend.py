"""Build the front end (labextension/) when its sources have changed: the Python build's hook.

hatch-jupyter-builder calls `build`. What was built carries the digest of the sources it was built from; another
digest, or a missing file, builds again. So a repeated `pip install .` costs nothing, an edited source is never hidden
by an old output, whatever the files' times say after a clone, and a source distribution, which carries the outputs,
installs without Node.

`WSN_SKIP_FRONTEND=1` leaves the front end as it is, for work on the Python code alone. What needs a missing file
says so when it is used.

    python scripts/frontend.py            build if needed
    python scripts/frontend.py --check    exit 1 if the outputs are missing or were built from other sources
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

__all__ = ["build", "is_current", "main", "sources_digest"]

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "labextension"
EXTENSION = ROOT / "ws_notebook" / "labextension"
STATIC = ROOT / "ws_notebook" / "views" / "static"
SCRIPTS = ("widget", "math", "loader", "panel", "composer", "faults", "batch")
OUTPUTS = (EXTENSION / "package.json", *(STATIC / f"{name}.js" for name in SCRIPTS))
DIGEST = STATIC / "sources.sha256"
QUICKSTART = ROOT / "notebooks" / "01_quickstart.ipynb"
"""The extension carries it, for its launcher's entry."""
WORDS = ROOT / "ws_notebook" / "render" / "words.json"
"""The words that the scripts share with Python."""
SOURCE_FOLDERS = ("schema", "scripts", "src", "style")


def sources_digest() -> str:
    """SHA-256 over the names and bytes of every file that the build reads."""
    files = [path for path in SOURCES.iterdir() if path.is_file() and path.suffix != ".tsbuildinfo"]
    files += [QUICKSTART, WORDS]
    for folder in SOURCE_FOLDERS:
        files += [path for path in (SOURCES / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current() -> bool:
    """Whether all outputs are there and were built from the sources as they are now."""
    present = DIGEST.is_file() and all(path.is_file() for path in OUTPUTS)
    return present and DIGEST.read_text().strip() == sources_digest()


def build(target_name: str, version: str) -> None:
    """Build for `target_name`, "wheel" or "sdist"; `version` is "standard" or "editable". Raises if the build fails."""
    if os.environ.get("WSN_SKIP_FRONTEND") == "1":
        # hatch refuses shared-data that does not exist; an empty folder installs nothing.
        EXTENSION.mkdir(exist_ok=True)
        state = "is current" if is_current() else "is missing or out of date"
        print(f"WSN_SKIP_FRONTEND=1: the front end is left as it is; it {state}.", file=sys.stderr)
        return
    if is_current():
        print("The front end is current.", file=sys.stderr)
        return
    run_build(target_name, version)
    missing = [path.relative_to(ROOT).as_posix() for path in OUTPUTS if not path.is_file()]
    if missing:
        raise FileNotFoundError(f"The front end's build did not write {', '.join(missing)}.")
    DIGEST.write_text(f"{sources_digest()}\n")


def run_build(target_name: str, version: str) -> None:
    """Install the front end's packages and run its production build, with the jlpm that jupyter-builder brings."""
    # Only a build environment has it; the digest is needed elsewhere too.
    from hatch_jupyter_builder import npm_builder

    DIGEST.unlink(missing_ok=True)
    npm_builder(target_name, version, path=str(SOURCES), npm=["jlpm"], build_cmd="build:prod")


def main() -> int:
    """Run as a program."""
    if sys.argv[1:] == ["--check"]:
        return 0 if is_current() else 1
    build("wheel", "standard")
    return 0


if __name__ == "__main__":
    sys.exit(main())
