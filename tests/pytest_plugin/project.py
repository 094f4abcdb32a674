"""Sample projects whose tests are run by a pytest of their own, as their authors would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

__all__ = ["Project"]

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = any(each.value == "ws_notebook.pytest_plugin" for each in entry_points(group="pytest11"))


class Project:
    """A folder with tests."""

    def __init__(self, folder: Path, ini: str = "") -> None:
        self.folder = folder
        (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}\n")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def run(self, *arguments: str, ci: bool = False, **environment: str) -> tuple[int, str]:
        """The exit code and all that was printed."""
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment(), **({"CI": "true"} if ci else {}), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def environment(self) -> dict[str, str]:
        """One in which pytest finds the plugin by itself, also where these sources are not installed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_", "CI"))}
        if not INSTALLED:
            told = self.folder / ".plugin" / "ws_notebook_sources-0.dist-info"
            told.mkdir(parents=True, exist_ok=True)
            (told / "METADATA").write_text("Metadata-Version: 2.1\nName: ws-notebook-sources\nVersion: 0\n")
            (told / "entry_points.txt").write_text("[pytest11]\nws_notebook = ws_notebook.pytest_plugin\n")
            (told / "RECORD").write_text("ws_notebook/__init__.py,,\n")
            kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(told.parent)])
        return kept

    @property
    def cassettes(self) -> dict[str, bytes]:
        """Every file below the folders of cassettes."""
        found = sorted(self.folder.rglob("cassettes/**/*.jsonl*"))
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}
