"""What the tests need packages for that are no part of the test extra: run in an environment that has them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.environment import environment_with

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ipyparallel", "lark", "openai-agents", "polars", "pyarrow", "scipy", "xarray")


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_what_needs_further_packages_passes(tmp_path: Path) -> None:
    python = environment_with(tmp_path / "env", *PACKAGES)
    command = [str(python), "-m", "pytest", "-q", "-m", "packages", "-p", "no:cacheprovider"]
    environment = {**os.environ, "WSN_REQUIRE_ALL": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout
