"""Open a notebook in JupyterLab, or with --headless execute it here and print its answers: `make demo`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]

# No question about news, no look for updates, in this environment: the first thing seen is the notebook.
OVERRIDES = Path(__file__).with_name("overrides.json")
SETTINGS = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"


def open_lab(notebook: Path) -> int:
    """Run JupyterLab on the notebook until it is stopped. The port is 8888 or the next free one."""
    # The address that JupyterLab prints then leads to the notebook too, for whoever has to copy it.
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{notebook.as_posix()}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    if sys.prefix != sys.base_prefix and not SETTINGS.exists():
        SETTINGS.parent.mkdir(parents=True, exist_ok=True)
        SETTINGS.write_bytes(OVERRIDES.read_bytes())
    print(f"==> JupyterLab on {notebook}, talking to the embedded server; Ctrl-C ends it", flush=True)
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0


def execute(notebook: Path) -> int:
    """Execute the notebook and print each code cell with the text of its outputs. 1 if a cell raised."""
    # Only this way of running needs them.
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    print(f"==> {notebook}, executed here, talking to the embedded server", flush=True)
    document = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        document,
        timeout=120,
        kernel_name="python3",
        # Not the kernel's remarks about its own transport: what is printed here is the notebook's.
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(notebook.parent)}},
        on_cell_executed=lambda cell, cell_index, execute_reply: print_cell(cell),
    )
    try:
        client.execute()
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def print_cell(cell: dict) -> None:
    """Print a code cell's source behind `>`, then the text of its outputs."""
    for line in cell["source"].splitlines():
        print(f"> {line}")
    for output in cell.get("outputs", []):
        print(output_text(output).rstrip())
    print(flush=True)


def output_text(output: dict) -> str:
    """The text of one output: a stream, an error, or what the richest text form of a display says."""
    if output["output_type"] == "stream":
        return output["text"]
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    data = output["data"]
    return data.get("text/markdown") or data.get("text/plain", "")


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--model", help="a real model on this machine, which the notebook's last section asks")
    parser.add_argument("--headless", action="store_true", help="execute the notebook and print its answers")
    options = parser.parse_args()
    if not options.notebook.is_file():
        parser.error(f"no notebook at {options.notebook}")
    if options.model:
        print(f"==> its section 'With a real model' asks {options.model}, on this machine", flush=True)
    return execute(options.notebook) if options.headless else open_lab(options.notebook)


if __name__ == "__main__":
    sys.exit(main())
