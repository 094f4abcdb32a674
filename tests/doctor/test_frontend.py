"""Which extensions JupyterLab would find, in folders of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from magics.shells import notebook

import ws_notebook
from ws_notebook.doctor.finding import Finding
from ws_notebook.doctor.frontend import front_ends

__all__: list[str] = []

Lab = Callable[..., None]
ALL = {"ws-notebook": ws_notebook.__version__, "anywidget": "0.11.0", "@jupyter-widgets/jupyterlab-manager": "5.0.0"}


def found() -> dict[str, Finding]:
    """By subject; of several with one subject the first."""
    return {each.subject: each for each in reversed(front_ends())}


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Makes what JupyterLab looks at: extensions, and its configuration."""

    def make(extensions: dict[str, str], disabled: dict[str, bool] | None = None) -> None:
        monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path.joinpath(*parts))])
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "config"))
        for name, version in extensions.items():
            folder = tmp_path / "labextensions" / name
            folder.mkdir(parents=True)
            fields = {"name": name, "version": version, "jupyterlab": {"_build": {"load": "x.js"}}}
            (folder / "package.json").write_text(json.dumps(fields))
        labconfig = tmp_path / "config" / "labconfig"
        labconfig.mkdir(parents=True)
        (labconfig / "page_config.json").write_text(json.dumps({"disabledExtensions": disabled or {}}))

    return make


def test_with_everything_there_the_live_view_will_show(lab: Lab) -> None:
    lab(ALL)
    seen = found()
    assert seen["extension"].said.startswith(f"{ws_notebook.__version__}, enabled")
    assert (seen["extension"].state, seen["anywidget"].state, seen["ipywidgets"].state) == ("ok", "ok", "ok")
    assert "saved runs with replay" in seen["shows"].said


def test_without_our_extension_saved_runs_are_html(lab: Lab) -> None:
    lab({name: version for name, version in ALL.items() if name != "ws-notebook"})
    seen = found()
    assert (seen["extension"].state, "where JupyterLab runs" in seen["extension"].advice) == ("warning", True)
    assert "saved runs as HTML" in seen["shows"].said


def test_an_extension_of_another_version_fails(lab: Lab) -> None:
    lab({**ALL, "ws-notebook": "0.0.1"})
    seen = found()["extension"]
    assert seen.state == "failed"
    assert "0.0.1 in" in seen.said
    assert f"the package is {ws_notebook.__version__}" in seen.said


@pytest.mark.parametrize("plugin", ["ws-notebook", "ws-notebook:renderer"])
def test_a_disabled_extension_is_told_with_how_to_enable_it(lab: Lab, plugin: str) -> None:
    lab(ALL, {plugin: True, "anywidget": False})
    seen = found()
    assert (seen["extension"].state, "labextension enable ws-notebook" in seen["extension"].advice) == ("warning", True)
    assert seen["anywidget"].state == "ok"


def test_without_the_widget_manager_there_is_text(lab: Lab) -> None:
    lab({"ws-notebook": ws_notebook.__version__, "anywidget": "0.11.0"})
    seen = found()
    assert seen["ipywidgets"].state == "warning"
    assert "this environment: text" in seen["shows"].said


@pytest.mark.parametrize(("version", "told"), [("6.29.5", True), ("7.3.0", False)])
def test_a_kernel_in_which_clicks_wait_is_told(monkeypatch: pytest.MonkeyPatch, version: str, told: bool) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _name: version)
    assert ("clicks" in found()) is told


def test_in_a_kernel_it_is_said_what_this_front_end_gets() -> None:
    code = "from ws_notebook.doctor.frontend import front_ends; print(front_ends()[-1].said)"
    with notebook() as opened:
        assert "text, since it sends no cell ids" in opened.run(code).printed
        assert "the front end of this cell: the live view" in opened.run(code, "a-cell").printed
