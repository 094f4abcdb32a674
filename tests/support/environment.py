"""A virtual environment beside this one, for software that would change what other tests see."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

__all__ = ["environment_with", "inherited_paths"]


def environment_with(home: Path, *packages: str) -> Path:
    """The interpreter of a new environment that has all of this one, and these packages; it takes a minute."""
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    (own,) = home.glob("lib/python*/site-packages")
    (own / "inherited.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", *packages]
    subprocess.run(command, check=True, timeout=600)
    return python


def inherited_paths(python: Path) -> dict[str, str]:
    """What tells Jupyter's programs of such an environment where this one keeps its files; its own come first."""

    def both(folder: str) -> str:
        return os.pathsep.join(str(prefix / folder / "jupyter") for prefix in (python.parents[1], Path(sys.prefix)))

    lab = Path(sys.prefix) / "share" / "jupyter" / "lab"
    return {"JUPYTER_PATH": both("share"), "JUPYTER_CONFIG_PATH": both("etc"), "JUPYTERLAB_DIR": str(lab)}
