"""How long does a notebook with ten runs take to open, and how large is it?

Ten runs of 25 calls each, saved, are opened in JupyterLab that is already up, in Chromium, with no kernel. The time
goes from the command that opens the file to the tenth run being drawn. A notebook of ten Markdown outputs of the same
answers is opened in turns with it: what JupyterLab needs without us.

    python benchmarks/notebook.py [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import nbformat  # noqa: E402
from browser.lab import Lab, Server  # noqa: E402 - the tests' rig, found by the line above
from render.play import HEADER  # noqa: E402
from render.test_size import tool_run  # noqa: E402

from ws_notebook.render.mime import mime_bundle  # noqa: E402

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "notebook.json"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("jupyterlab", "notebook")
RUNS, CALLS, LIMIT_MS = 10, 25, 2000
DRAWN = {"runs": ".wsn-run .wsn-answer", "markdown": ".jp-RenderedMarkdown"}

OPEN = """async ([name, selector, count]) => {
  const begun = performance.now();
  await window.jupyterapp.commands.execute('docmanager:open', { path: name, kernel: { shouldStart: false } });
  const drawn = () => document.querySelectorAll(`.jp-NotebookPanel:not(.lm-mod-hidden) ${selector}`).length;
  while (drawn() < count) await new Promise(resolve => requestAnimationFrame(resolve));
  const time = performance.now() - begun;
  await window.jupyterapp.commands.execute('application:close');
  return time;
}"""


def notebook(outputs: list[dict[str, Any]]) -> nbformat.NotebookNode:
    cells = [
        nbformat.v4.new_code_cell("…", outputs=[nbformat.v4.new_output("display_data", data=data)]) for data in outputs
    ]
    return nbformat.v4.new_notebook(cells=cells)


def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds of every opening, by notebook, and the sizes."""
    from playwright.sync_api import sync_playwright

    path = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if path is None:
        sys.exit("There is no Chromium.")
    flags = ["--disable-background-networking", "--disable-dev-shm-usage", "--no-first-run"]
    flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    forms = json.loads(json.dumps(mime_bundle(tool_run(CALLS, "o" * 1000).run, HEADER)))
    samples: dict[str, list[float]] = {"runs": [], "markdown": []}
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server, sync_playwright() as playwright:
        file = server.put("runs.ipynb", notebook([forms] * RUNS))
        server.put("markdown.ipynb", notebook([{"text/markdown": forms["text/markdown"]}] * RUNS))
        server.put("first.ipynb", notebook([]))
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        # High enough that every cell is in sight: JupyterLab draws no others.
        lab = Lab(server, browser.new_context(viewport={"width": 1280, "height": 12_000}), Path(folder))
        lab.page.goto(f"{server.url}/lab?token={server.token}")
        lab.page.wait_for_function("() => window.jupyterapp?.commands.hasCommand('docmanager:open')")
        lab.page.get_by_role("tab").first.wait_for()
        for number in range(rounds + 1):
            for name in ("runs", "markdown") if number % 2 else ("markdown", "runs"):
                time = lab.page.evaluate(OPEN, [f"{name}.ipynb", DRAWN[name], RUNS])
                if number:
                    samples[name].append(round(time, 1))
        size = file.stat().st_size
        browser.close()
    return {"samples": samples, "notebook_bytes": size, "run_bytes": len(json.dumps(forms).encode())}


def main() -> int:
    """Run as a program. 1 if the median is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = measure(options.rounds)
    medians = {name: round(statistics.median(times), 1) for name, times in found["samples"].items()}
    result = {
        "question": "milliseconds until a notebook with ten runs of 25 calls is drawn, in JupyterLab",
        "limit_ms": LIMIT_MS,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        "median_ms": medians,
        **found,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    print(
        f"ten runs {medians['runs']} ms, ten Markdown outputs {medians['markdown']} ms; {found['notebook_bytes']} bytes"
    )
    return 1 if medians["runs"] > LIMIT_MS else 0


if __name__ == "__main__":
    sys.exit(main())
