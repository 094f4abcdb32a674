"""Make the moving pictures of the README: `python scripts/moving_picture.py`, in a light and a dark form.

A real JupyterLab in a real Chromium runs a cell, and the page is photographed as fast as it goes; the frames keep the
time they had. WSN_BROWSER names another browser. Raises RuntimeError for a picture of over 3 MB.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.conftest import BROWSER_FLAGS  # noqa: E402 - from the tests' folder
from browser.lab import Lab, Server  # noqa: E402
from browser.test_readme import QUESTION, SETUP, TOOL  # noqa: E402
from PIL import Image, ImageChops  # noqa: E402
from playwright.sync_api import Browser, expect, sync_playwright  # noqa: E402

__all__ = ["main"]

MOST = 3_000_000
WIDTH = 900
VIEWPORT = {"width": 1100, "height": 1000}
SLOW_TOOL = TOOL.strip().replace("0.3 +", "1.5 +")
"""The tool of the README's picture, slow enough to watch."""
LONGEST_MS = 500
"""A frame stands no longer, however slow the machine is."""
REST_MS = 3500
"""How long the last frame stays."""
PAUSE_MS = 40
"""Between two frames, besides what taking one takes."""


def main() -> int:
    """Make both."""
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder, "lab")) as server,
    ):
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        path = os.environ.get("WSN_BROWSER", "chromium")
        browser = playwright.chromium.launch(executable_path=path, args=[*BROWSER_FLAGS, *root])
        for theme in ("light", "dark"):
            frames = taken(server, browser, theme)
            target = ROOT / "docs" / "images" / f"moving-{theme}.webp"
            saved(frames, target)
            print(f"{target.relative_to(ROOT)}: {len(frames)} frames, {target.stat().st_size / 1e6:.2f} MB", flush=True)
        browser.close()
    return 0


def taken(server: Server, browser: Browser, theme: Any) -> list[tuple[Image.Image, int]]:
    """Frames, and for how many milliseconds each stood: from the question to some time after the answer."""
    name = f"{theme}.ipynb"
    server.write(name, [SETUP.strip(), '%%responses\nsay "Hello."', SLOW_TOOL, "%%responses"])
    page = browser.new_context(viewport=VIEWPORT, device_scale_factor=1).new_page()
    lab = Lab(server, page, None)
    lab.open(name)
    lab.hide_side_bars()
    lab.set_theme(theme)
    for index in (0, 1, 2):
        lab.run_cell(index)
    # The cells above are out of sight: the picture begins with the tool.
    lab.cell(2).evaluate("cell => cell.scrollIntoView()")
    last = lab.cell(3).locator(".cm-content")
    last.click()
    page.keyboard.press("Control+End")
    camera = _Camera(page, lab)
    for word in QUESTION.strip().removeprefix("%%responses").split(" "):
        page.keyboard.insert_text(f"{word} ".replace("\n ", "\n") if word.strip() else word)
        camera.take()
    page.keyboard.press("Control+Enter")
    view = lab.output(3).locator(".wsn-run[data-wsn-status=completed]")
    while not view.count():
        camera.take()
    expect(view.locator(".wsn-row[data-kind=call]")).to_have_count(2)
    camera.take()
    page.context.close()
    return camera.frames


class _Camera:
    """Photographs the part of the page that the picture shows, and notes when."""

    def __init__(self, page: Any, lab: Lab) -> None:
        box = lab.cell(2).bounding_box()
        assert box is not None
        self._page = page
        self._clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": VIEWPORT["height"] - box["y"] - 40}
        self._begun: list[float] = []
        self._images: list[Image.Image] = []

    def take(self) -> None:
        self._page.wait_for_timeout(PAUSE_MS)
        begun = time.monotonic()
        image = Image.open(io.BytesIO(self._page.screenshot(clip=self._clip))).convert("RGB")
        if self._images and ImageChops.difference(image, self._images[-1]).getbbox() is None:
            return
        self._begun.append(begun)
        self._images.append(image)

    @property
    def frames(self) -> list[tuple[Image.Image, int]]:
        ends = [*self._begun[1:], self._begun[-1] + REST_MS / 1000]
        times = [round((end - begun) * 1000) for begun, end in zip(self._begun, ends, strict=True)]
        times = [*(min(each, LONGEST_MS) for each in times[:-1]), times[-1]]
        return list(zip(self._images, times, strict=True))


def saved(frames: list[tuple[Image.Image, int]], target: Path) -> None:
    """Write them as one WebP, cut to what is not empty below."""
    height = max(_used(image) for image, _ in frames)
    small = []
    for image, _ in frames:
        cut = image.crop((0, 0, image.width, height))
        small.append(cut.resize((WIDTH, round(cut.height * WIDTH / cut.width)), Image.Resampling.LANCZOS))
    times = [milliseconds for _, milliseconds in frames]
    small[0].save(
        target, save_all=True, append_images=small[1:], duration=times, loop=0, quality=70, method=6, minimize_size=True
    )
    if target.stat().st_size > MOST:
        raise RuntimeError(f"{target.name} has {target.stat().st_size} bytes; it may have {MOST}.")


def _used(image: Image.Image) -> int:
    """The height up to the last line that is not of one colour."""
    for y in range(image.height - 1, 0, -1):
        colours = image.crop((20, y, image.width - 40, y + 1)).getcolors(maxcolors=4096)
        if colours is None or len(colours) > 1:
            return min(image.height, y + 16)
    return image.height


if __name__ == "__main__":
    sys.exit(main())
