"""Execute every shipped notebook from top to bottom, in copies: `make notebooks`. Names execute only these.

1 where a cell raises, or anything is written to standard error: a shipped notebook has no warnings.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

__all__ = ["execute", "main"]

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
PATIENCE = 300
"""Seconds that one cell may take."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Execute them, one after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="such as 06_data_analyst; default: all")
    names = parser.parse_args(arguments).names or [path.stem for path in sorted(FOLDER.glob("*.ipynb"))]
    begun = time.monotonic()
    wrong = [name for name in names if not _passes(name)]
    print(f"{len(names) - len(wrong)} of {len(names)} notebooks in {time.monotonic() - begun:.0f} s", flush=True)
    return int(bool(wrong))


def _passes(name: str) -> bool:
    begun = time.monotonic()
    faults = execute(FOLDER / f"{name}.ipynb")
    print(f"==> {name}: {'; '.join(faults) or 'passed'} after {time.monotonic() - begun:.0f} s", flush=True)
    return not faults


def execute(path: Path) -> list[str]:
    """What is wrong with a notebook, executed in a copy of its folder."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(path.parent, Path(folder, "notebooks"))
        # Not the kernel's remarks about its own transport.
        log = ["--IPKernelApp.log_level=40"]
        client = NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3", extra_arguments=log)
        try:
            client.execute(cwd=str(Path(folder, "notebooks")))
        except CellExecutionError as error:
            return [str(error)]
    outputs = [each for cell in notebook.cells if cell.cell_type == "code" for each in cell.outputs]
    return [each.text.strip() for each in outputs if each.get("name") == "stderr"]


if __name__ == "__main__":
    sys.exit(main())
