"""Prepare a release: `python scripts/release.py 0.2.0` writes the version and cuts the changelog; `--check` compares.

The version's one place is `ws_notebook/__init__.py`. What has to repeat it (labextension/package.json, CITATION.cff) is
written from there. 1 where they differ, or the changelog has no such release.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["cut", "disagreements", "main", "written"]

ROOT = Path(__file__).resolve().parent.parent
PLACES = {
    "ws_notebook/__init__.py": re.compile(r'^(__version__ = ")([^"]+)(")$', re.MULTILINE),
    "labextension/package.json": re.compile(r'^(  "version": ")([^"]+)(",)$', re.MULTILINE),
    "CITATION.cff": re.compile(r"^(version: )(\S+)()$", re.MULTILINE),
}
"""Each file, and where its version stands; the first is the one that counts."""
CHANGELOG = "CHANGELOG.md"
_UNRELEASED = "## [Unreleased]\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the version, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", help="such as 0.2.0")
    parser.add_argument("--check", action="store_true", help="change nothing; say what differs")
    options = parser.parse_args(arguments)
    if not re.fullmatch(r"\d+\.\d+\.\d+", options.version):
        parser.error(f"{options.version} is no version: three numbers, such as 0.2.0")
    if not options.check:
        _write(options.version)
    found = disagreements(options.version)
    print("\n".join(found) or f"Everything says {options.version}.")
    return int(bool(found))


def _write(version: str) -> None:
    for name in PLACES:
        path = ROOT / name
        path.write_text(written(name, path.read_text(encoding="utf-8"), version), encoding="utf-8")
    path = ROOT / CHANGELOG
    path.write_text(cut(path.read_text(encoding="utf-8"), version, datetime.now(UTC).date().isoformat()), "utf-8")


def written(name: str, text: str, version: str) -> str:
    """The text of a file of PLACES with this version."""
    return PLACES[name].sub(rf"\g<1>{version}\g<3>", text, count=1)


def cut(text: str, version: str, day: str) -> str:
    """The changelog with what was not released under a version; as it is where that was done before."""
    if f"## [{version}]" in text:
        return text
    return text.replace(_UNRELEASED, f"{_UNRELEASED}\n## [{version}] - {day}\n", 1)


def disagreements(version: str) -> list[str]:
    """What says another version."""
    found = []
    for name, place in PLACES.items():
        match = place.search((ROOT / name).read_text(encoding="utf-8"))
        if match is None or match[2] != version:
            found.append(f"{name} says {match[2] if match else 'no version'}, not {version}.")
    if f"## [{version}]" not in (ROOT / CHANGELOG).read_text(encoding="utf-8"):
        found.append(f"{CHANGELOG} has no release {version}.")
    return found


if __name__ == "__main__":
    sys.exit(main())
