"""A virtual environment beside this one, for software that would change what other tests see."""

from __future__ import annotations

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


def inherited_paths() -> dict[str, str]:
    """What tells Jupyter's programs of such an environment where this one keeps its files."""
    shared, settings = Path(sys.prefix) / "share" / "jupyter", Path(sys.prefix) / "etc" / "jupyter"
    own = {"JUPYTER_PATH": shared, "JUPYTER_CONFIG_PATH": settings, "JUPYTERLAB_DIR": shared / "lab"}
    return {name: str(path) for name, path in own.items()}
