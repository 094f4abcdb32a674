"""The documentation as a site: it builds with warnings as errors, has every page and name, and its pages are light."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

import ws_notebook as wsn
from ws_notebook import manual

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(path.stem for path in DOCS.glob("*.md"))
LIGHT = 500_000
"""Bytes of a page without its pictures."""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    command = (sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-d", str(folder / "doctrees"))
    environment = {**os.environ, "PYTHONSAFEPATH": ""}
    done = subprocess.run(
        [*command, str(DOCS), str(folder / "html")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


def test_the_site_builds_without_a_warning_and_has_every_page(site: Path) -> None:
    assert sorted(path.stem for path in site.glob("*.html") if path.stem in PAGES) == PAGES
    start = (site / "index.html").read_text(encoding="utf-8")
    assert [page for page in PAGES if page != "index" and f'href="{page}.html"' not in start] == []


def test_no_page_is_heavy_without_its_pictures(site: Path) -> None:
    loaded = [path.stat().st_size for path in (site / "_static").glob("*/*.css")]
    assert loaded
    sizes = {path.name: path.stat().st_size for path in site.glob("*.html")}
    assert {name: size for name, size in sizes.items() if size + max(loaded) > LIGHT} == {}


def test_every_link_and_picture_of_the_site_is_there(site: Path) -> None:
    missing = []
    for path in sorted(site.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        for link in set(re.findall(r'(?:href|src|srcset)="([^"#?]+)', text)):
            if not re.match(r"\w+:|//", link) and not (path.parent / unquote(link)).exists():
                missing.append(f"{path.name}: {link}")
    assert missing == []


def test_the_anchors_that_errors_link_to_are_on_the_page(site: Path) -> None:
    page = (site / "troubleshooting.html").read_text(encoding="utf-8")
    assert [entry for entry, _ in manual.ENTRIES if f'id="{entry}"' not in page] == []
    assert 'id="settingserror"' in page


def test_the_reference_has_every_public_name(site: Path) -> None:
    page = (site / "reference.html").read_text(encoding="utf-8")
    names = [name for name in wsn.__all__ if not name.startswith("__")]
    assert [name for name in names if not re.search(rf'id="ws_notebook\.(?:\w+\.)*{name}"', page)] == []
    assert 'href="_modules/' in page


def test_the_readme_is_short_has_its_commands_first_and_one_moving_picture() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    commands = lines[lines.index("```") + 1 : lines.index("```") + 3]
    assert [command.split()[0] for command in commands] == ["pip", "jupyter"]
    assert lines.index("```") < 10
    for theme in ("light", "dark"):
        path = DOCS / "images" / f"moving-{theme}.webp"
        assert path.stat().st_size < 3_000_000
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames", 1) > 10


def test_the_site_s_requirements_are_locked_and_what_read_the_docs_installs() -> None:
    settings = (ROOT / ".readthedocs.yaml").read_text(encoding="utf-8")
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    locked = (ROOT / "requirements" / "docs.txt").read_text(encoding="utf-8")
    assert "requirements: requirements/docs.txt" in settings
    names = [re.split(r"[<>=\[]", each)[0] for each in extra["docs"]]
    assert [name for name in names if f"\n{name}==" not in f"\n{locked}"] == []
