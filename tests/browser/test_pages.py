"""The built site as its readers meet it: axe-core about every page, light and dark."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_axe_finds_nothing_serious_on_any_page(chromium: Browser, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    command = [sys.executable, "-m", "sphinx", "-q", "-d", str(tmp_path / "trees"), str(ROOT / "docs")]
    subprocess.run([*command, str(tmp_path / "html")], check=True, timeout=300)
    found: list[str] = []
    for theme in ("light", "dark"):
        page = chromium.new_context(color_scheme=theme).new_page()
        for path in sorted((tmp_path / "html").glob("*.html")):
            page.goto(path.as_uri())
            for each in Axe().run(page).response["violations"]:
                if each["impact"] in ("serious", "critical"):
                    found.append(f"{theme} {path.name} {each['id']}: {each['nodes'][0]['html'][:160]}")
        page.context.close()
    assert found == []
