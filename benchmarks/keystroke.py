"""What does a keystroke cost in a notebook of 400 cells, with and without the extension?

Two JupyterLab servers, one of them with the extension disabled, show the same notebook: 300 prompt cells and 100 of
Python, no kernel. In turn, words are typed into a prompt cell and into a Python cell; what is counted is the CPU time
of the browser's main thread for each key (CDP's TaskDuration, which holds everything: the editor, the notebook's model,
the painting).

    python benchmarks/keystroke.py [--rounds N] [--json FILE]
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

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "keystroke.json"
ROUNDS = 8
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("jupyterlab", "playwright")
SIDES = ("without", "with")
CELLS = {"prompt": 2, "python": 3}
TEXT = "the quick brown fox and {the} lazy dog of **Oslo** "
PROMPT = "%%responses -t population\n# A question\nWhich has *more* inhabitants, {city} or Oslo?\n"
PYTHON = "def area(radius: float) -> float:\n    return 3.14159 * radius**2\n"
GAP_MS = 25


def cells() -> list[str]:
    """400 cells, each fourth one of Python."""
    return [PYTHON if number % 4 == 3 else PROMPT for number in range(400)]


def sample(lab: Lab, cdp: CDPSession, kind: str) -> float:
    """Milliseconds of the main thread's CPU for each key."""
    lab.cell(CELLS[kind]).locator(".cm-content").click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type(" x")
    before = busy(cdp)
    lab.page.keyboard.type(TEXT, delay=GAP_MS)
    lab.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return (busy(cdp) - before) * 1000 / len(TEXT)


def busy(cdp: CDPSession) -> float:
    """Seconds of CPU that the page's main thread has used so far."""
    metrics = cdp.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def disable_extension(home: Path) -> None:
    """JupyterLab leaves out an extension that its page configuration names."""
    config = home / "config" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(json.dumps({"disabledExtensions": {"ws-notebook": True}}))


def measure(rounds: int) -> dict[str, dict[str, list[float]]]:
    """Every sample, by side and kind of cell."""
    from playwright.sync_api import sync_playwright

    path = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if path is None:
        sys.exit("There is no Chromium.")
    flags = ["--disable-background-networking", "--disable-dev-shm-usage", "--no-first-run"]
    flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    samples: dict[str, dict[str, list[float]]] = {side: {kind: [] for kind in CELLS} for side in SIDES}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        homes = {side: Path(folder, side) for side in SIDES}
        disable_extension(homes["without"])
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        with Server(homes["without"]) as without, Server(homes["with"]) as with_it:
            pages = {}
            for side, server in (("without", without), ("with", with_it)):
                server.write("long.ipynb", cells(), kernel=False)
                lab = Lab(server, browser.new_context(viewport={"width": 1280, "height": 900}), Path(folder))
                lab.open("long.ipynb", kernel=False)
                marked = lab.page.locator(".wsn-prompt-editor").count()
                assert (marked > 0) is (side == "with"), f"{marked} prompt cells {side} the extension"
                cdp = lab.page.context.new_cdp_session(lab.page)
                cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
                pages[side] = lab, cdp
            for number in range(rounds + 1):
                for side in SIDES if number % 2 else reversed(SIDES):
                    pages[side][0].page.bring_to_front()
                    for kind in CELLS:
                        found = sample(*pages[side], kind)
                        if number:
                            samples[side][kind].append(round(found, 2))
        browser.close()
    return samples


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    samples = measure(options.rounds)
    medians = {side: {kind: statistics.median(samples[side][kind]) for kind in CELLS} for side in SIDES}
    result: dict[str, Any] = {
        "question": "CPU milliseconds of the browser's main thread for each key, in a notebook of 400 cells",
        "rounds": options.rounds,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        "medians": medians,
        "samples": samples,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    for kind in CELLS:
        print(f"{kind:8} cell: {medians['without'][kind]:.2f} ms without, {medians['with'][kind]:.2f} ms with")
    return 0


if __name__ == "__main__":
    sys.exit(main())
