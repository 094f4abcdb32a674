"""What front ends will show of a run: the live view's script, and the extensions that JupyterLab finds here."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from .. import kernel
from .finding import Finding, Parts
from .installed import our_version, version_of

__all__ = ["front_ends"]

_OURS = "ws-notebook"
_WIDGETS = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "ipywidgets"}
"""The extensions that widgets need, and the packages that bring them."""
_ELSEWHERE = (
    "JupyterLab uses what is installed where JupyterLab itself runs. If that is another environment than the kernel's, "
    "run this there too."
)


def front_ends() -> list[Finding]:
    """The findings on the view's script, on extensions, and what they come to."""
    parts = Parts("front end")
    script = _script(parts)
    if importlib.util.find_spec("jupyter_core") is None:
        parts.note("Jupyter", f"is not in this environment. {_ELSEWHERE}")
        return parts.found
    disabled = _disabled()
    rich = _extension(parts, disabled)
    widgets = [_widget_extension(parts, name, package, disabled) for name, package in _WIDGETS.items()]
    _subshells(parts)
    _conclusion(parts, live=script and all(widgets), rich=rich)
    return parts.found


def _script(parts: Parts) -> bool:
    there = (Path(__file__).parents[1] / "views" / "static" / "widget.js").is_file()
    if there:
        parts.ok("live view", "its script is there.")
    else:
        parts.failed(
            "live view",
            "its script, widget.js, is missing; answers are shown as text.",
            "Install ws-notebook from a wheel, or run pip install . in a clone without WSN_SKIP_FRONTEND.",
        )
    return there


def _extension(parts: Parts, disabled: list[str] | None) -> bool:
    """Whether ours is found, enabled and of this package's version."""
    missing = (
        "JupyterLab does not find ours here; saved runs are shown as HTML, without replay.",
        f"Install ws-notebook where JupyterLab runs (an editable install brings no extension). {_ELSEWHERE}",
    )
    found = _usable(parts, "extension", _OURS, disabled, missing)
    if found is None:
        return False
    folder, version = found
    if version != our_version():
        advice = f"Install ws-notebook again, and remove {folder} if it stays. Then reload the page."
        parts.failed("extension", f"{version} in {folder}, but the package is {our_version()}.", advice)
        return False
    parts.ok("extension", f"{version}, {'found' if disabled is None else 'enabled'}, {folder}")
    return True


def _widget_extension(parts: Parts, name: str, package: str, disabled: list[str] | None) -> bool:
    advice = f"Run, where JupyterLab runs: pip install --force-reinstall {package}. {_ELSEWHERE}"
    missing = f"JupyterLab does not find the extension {name} here.", advice
    found = _usable(parts, package, name, disabled, missing)
    if found is not None:
        parts.ok(package, f"extension {name} {found[1]}")
    return found is not None


def _usable(
    parts: Parts, subject: str, name: str, disabled: list[str] | None, missing: tuple[str, str]
) -> tuple[Path, str] | None:
    """Where an extension is and its version; None, with a warning, where it is missing or disabled."""
    found = _found(name)
    if found is None:
        parts.warning(subject, *missing)
        return None
    if any(each == name or each.startswith(f"{name}:") for each in disabled or ()):
        said = f"the extension {name} {found[1]} is disabled."
        parts.warning(subject, said, f"Run: jupyter labextension enable {name}. Reload the page.")
        return None
    return found


def _subshells(parts: Parts) -> None:
    """Before ipykernel 7 what a page sends waits for the end of the cell."""
    version = version_of("ipykernel")
    if version is not None and int(version.partition(".")[0]) < 7:
        said = f"with ipykernel {version}, what is clicked in a live view arrives when its cell has ended."
        parts.warning(
            "clicks", said, 'Stop with the interrupt button (■) meanwhile, or run: pip install "ipykernel>=7"'
        )


def _conclusion(parts: Parts, *, live: bool, rich: bool) -> None:
    lab = "the live view" if live else "text"
    saved = "with replay" if rich else "as HTML"
    parts.note("shows", f"JupyterLab and Notebook 7 of this environment: {lab}, and saved runs {saved}.")
    parts.note("shows", "nbclient, terminals and front ends without widgets: text while a run streams.")
    if kernel.in_kernel():
        sends = kernel.cell_id() is not None
        here = "the live view" if sends else "text, since it sends no cell ids; --view live asks for the widget"
        parts.note("shows", f"the front end of this cell: {here}.")


def _found(name: str) -> tuple[Path, str] | None:
    """Where JupyterLab finds an extension first, and its version."""
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        file = Path(folder) / name / "package.json"
        try:
            fields = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        return file.parent, str(fields.get("version", "unknown")) if isinstance(fields, dict) else "unknown"
    return None


def _disabled() -> list[str] | None:
    """What JupyterLab's configuration switches off, extensions or single plugins; None: nobody can tell."""
    if importlib.util.find_spec("jupyterlab_server") is None:
        return None
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_page_config

    settings = str(Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings")
    try:
        found = get_page_config(jupyter_path("labextensions"), settings).get("disabledExtensions", [])
    except Exception:  # noqa: BLE001 - whatever stands in the files of others
        return None
    return [str(name) for name in found]
