"""scripts/release.py, and what a maintainer finds: one version, how to cite and to report, templates."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from support.programs import program

import ws_notebook

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
GITHUB = ROOT / ".github"


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program as a module, on a copy of what it writes."""
    module = program("release")
    for name in (*module.PLACES, module.CHANGELOG):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def test_everything_says_the_version_of_the_package(release: ModuleType) -> None:
    found = release.disagreements(ws_notebook.__version__)
    assert [each for each in found if "CHANGELOG" not in each] == []


def test_a_release_writes_the_version_everywhere_and_cuts_the_changelog_once(
    release: ModuleType, tmp_path: Path
) -> None:
    before = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    assert release.main(["99.1.2", "--check"]) == 1
    assert (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8") == before
    assert release.main(["99.1.2"]) == 0
    assert release.main(["99.1.2"]) == 0
    after = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^## \[99\.1\.2\] - \d{4}-\d\d-\d\d$", after, re.MULTILINE)) == 1
    assert after.index("## [Unreleased]") < after.index("## [99.1.2]")
    assert re.sub(r"\n## \[99.*\n", "", after) == before
    assert '__version__ = "99.1.2"' in (tmp_path / "ws_notebook" / "__init__.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", ["1.2", "v1.2.3", "1.2.3rc1", ""])
def test_what_is_no_version_is_refused(release: ModuleType, wrong: str) -> None:
    with pytest.raises(SystemExit):
        release.main([wrong])


def test_a_release_is_checked_built_and_tagged_and_not_uploaded() -> None:
    flow = yaml.safe_load((GITHUB / "workflows" / "release.yml").read_text(encoding="utf-8"))
    steps = [step.get("run", "") for step in flow["jobs"]["release"]["steps"]]
    said = "\n".join(steps)
    for words in ("scripts/release.py --check", ".ci/run", "make build", "doctor --provider local", "git tag"):
        assert words in said
    assert "twine" not in said
    assert "pypi" not in said.lower()
    # What the user typed is never part of a program's text.
    assert not any("${{" in step for step in steps)


def test_who_reports_is_asked_for_what_helps() -> None:
    for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "ws-notebook doctor" in (GITHUB / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
    assert "CHANGELOG.md" in (GITHUB / "pull_request_template.md").read_text(encoding="utf-8")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert cited["license"] == "BSD-3-Clause"
    told = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "do not open a public issue" in told
    assert "## What is not defended" in told
