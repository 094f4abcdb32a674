"""How long after a click does a long answer end, in JupyterLab in Chromium?

Three ways to stop, in turn within each round: the view's Stop, the notebook toolbar's ■, and a bare cell that sleeps
interrupted by ■ as the yardstick: what JupyterLab and the kernel need without us. Times are taken in the page, by its
clock, from the click to the moment the view says "stopped" (for the yardstick: to the cell's number) and to the cell's
number. The answer streams at 200 tokens a second.

    python benchmarks/stop.py [--rounds N] [--json FILE]
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
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.lab import Lab, Server  # noqa: E402 - the tests' rig, found by the line above
from support.server import running_server  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Locator

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "stop.json"
ROUNDS = 8
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("ipykernel", "jupyterlab", "anywidget")
WAYS = ("view_stop", "kernel_interrupt", "bare_cell_interrupt")

# Notes when a click happens and when the page shows its effects, all by the page's own clock.
WATCH = """index => {
  const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[index];
  const marks = (window.marks = {});
  document.addEventListener('click', () => { marks.click ??= performance.now(); }, { capture: true, once: true });
  const look = () => {
    const status = cell.querySelector('.wsn-run')?.dataset.wsnStatus;
    if (status === 'cancelled') marks.view ??= performance.now();
    if (/\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt')?.textContent ?? '')) marks.cell ??= performance.now();
  };
  new MutationObserver(look).observe(cell, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def click(lab: Lab, way: str, index: int) -> None:
    if way == "view_stop":
        lab.output(index).get_by_role("button", name="Stop").click()
    else:
        lab.interrupt()


def sample(lab: Lab, way: str, index: int) -> dict[str, float]:
    """Milliseconds from the click to the view's word and to the cell's number."""
    lab.run_cell(index, wait=False)
    started: Locator = lab.output(index)
    if way == "bare_cell_interrupt":
        started.get_by_text("asleep").wait_for()
    else:
        started.locator(".wsn-answer").get_by_text("the").first.wait_for()
    lab.page.evaluate(WATCH, index)
    click(lab, way, index)
    lab.page.wait_for_function("() => window.marks.cell !== undefined")
    marks: dict[str, float] = lab.page.evaluate("() => window.marks")
    found = {"cell_ended": round(marks["cell"] - marks["click"], 1)}
    if "view" in marks:
        found["view_says_stopped"] = round(marks["view"] - marks["click"], 1)
    return found


def measure(rounds: int) -> dict[str, list[dict[str, float]]]:
    """Every sample, by way."""
    from playwright.sync_api import sync_playwright

    path = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if path is None:
        sys.exit("There is no Chromium.")
    flags = ["--disable-background-networking", "--disable-dev-shm-usage", "--no-first-run"]
    flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    samples: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server("--tokens-per-second", "200", "--first-token", "50") as model,
        Server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        setup = (
            "%load_ext ws_notebook\nimport time\nimport ws_notebook as wsn\n"
            f"session = wsn.Session(provider={model.base_url!r}, profile='local', api_key={model.token!r})"
        )
        ask = "%%responses -s session --new\nwrite 5000 words"
        server.write("stop.ipynb", [setup, ask, ask, "print('asleep', flush=True)\ntime.sleep(60)"])
        lab = Lab(server, browser.new_context(viewport={"width": 1280, "height": 2000}), Path(folder))
        lab.open("stop.ipynb")
        lab.run_cell(0)
        for number in range(rounds + 1):
            order = WAYS if number % 2 else tuple(reversed(WAYS))
            for way in order:
                found = sample(lab, way, 1 + WAYS.index(way))
                if number:
                    samples[way].append(found)
        browser.close()
    return samples


def summary(samples: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Median, smallest and largest of each figure."""
    names = sorted({name for one in samples for name in one})
    columns = {name: [one[name] for one in samples if name in one] for name in names}
    return {
        name: {"median": round(statistics.median(values), 1), "min": min(values), "max": max(values)}
        for name, values in columns.items()
    }


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    samples = measure(options.rounds)
    result: dict[str, Any] = {
        "question": "milliseconds from the click until a long answer has ended, in JupyterLab",
        "rounds": options.rounds,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        "milliseconds": {way: summary(found) for way, found in samples.items()},
        "samples": samples,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    for way, figures in result["milliseconds"].items():
        print(f"{way:20}", "  ".join(f"{name} {figure['median']:.0f} ms" for name, figure in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
