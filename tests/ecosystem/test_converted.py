"""What other tools make of a notebook that holds runs: nbconvert with pandoc, MyST-NB, jupytext, nbmake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pypandoc
import pytest
from magics.shells import SETUP
from render.play import HEADER, Play, capitals
from support.started import kernel_environment

from ws_notebook.render.bundle import bundle
from ws_notebook.render.mime import mime_bundle_of

__all__: list[str] = []

pytestmark = pytest.mark.timeout(300)

ANSWER = (
    "## Towns\n\nText.\n\n---\n\n| town | inhabitants |\n|---|--:|\n| Paris | 2103000 |\n\n* * *\n\n"
    "- a list\n\n  | in | a list |\n  |---|---|\n  | 1 | 2 |\n\n> quoted\n>\n> ---\n\n"
    "![a plot](https://pictures.example/plot.png) and $x^2$.\n"
)
PANDOC = {**os.environ, "PATH": f"{Path(pypandoc.get_pandoc_path()).parent}{os.pathsep}{os.environ['PATH']}"}
KERNEL = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
NUMBERED_BY_NONE = "{none}"
"""How pandoc from 3.8.2.1 on sets a table without a caption: LaTeX knows no such counter."""


def executed(folder: Path) -> Path:
    """A notebook with a run that called tools, and one whose answer has tables, rules and a picture."""
    plays = capitals(), Play().send().created("resp_1").text(ANSWER).completed()
    cells = [nbformat.v4.new_markdown_cell("# A notebook")]
    for number, play in enumerate(plays, 1):
        data = mime_bundle_of(bundle(play.run, HEADER, now=play.now))
        output = nbformat.v4.new_output("display_data", data=data)
        cell = nbformat.v4.new_code_cell("%%responses\nWhich?", execution_count=number, outputs=[output])
        cells.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), folder / "run.ipynb")
    return folder / "run.ipynb"


def run(*command: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run a program of this Python; its output."""
    words = [sys.executable, "-m", *command]
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def converted(folder: Path, form: str, *options: str) -> str:
    source = executed(folder)
    run("nbconvert", "--to", form, "--output", "made", *options, source.name, cwd=folder, environment=PANDOC)
    (made,) = folder.glob("made.*")
    return made.read_text(encoding="utf-8")


def test_latex_numbers_no_table_by_a_counter_that_is_not_there(tmp_path: Path) -> None:
    found = converted(tmp_path, "latex").partition(r"\begin{document}")[2]
    assert NUMBERED_BY_NONE in pypandoc.convert_text("|a|\n|-|\n|1|", "latex", "markdown")
    assert NUMBERED_BY_NONE not in found
    assert found.count(r"\begin{longtable}") == found.count(r"\caption{") == 4
    assert "2103000" in found
    assert r"\href{https://pictures.example/plot.png}{a plot}" in found
    assert r"\includegraphics" not in found


def test_asciidoc_from_the_markdown_form_holds_no_picture_as_data(tmp_path: Path) -> None:
    order = "--NbConvertBase.display_data_priority=" + json.dumps(["text/markdown", "image/png", "text/plain"])
    found = converted(tmp_path, "asciidoc", order)
    assert "base64" not in found
    assert "Paris" in found
    assert "_r7 completed" in found


def test_sphinx_builds_it_with_warnings_as_errors(tmp_path: Path) -> None:
    executed(tmp_path)
    settings = 'extensions = ["myst_nb"]\nnb_execution_mode = "off"\nsuppress_warnings = ["mystnb.unknown_mime_type"]\n'
    (tmp_path / "conf.py").write_text(settings)
    (tmp_path / "index.rst").write_text("Title\n=====\n\n.. toctree::\n\n   run\n")
    run("sphinx", "-W", "-q", "-b", "html", ".", "../html", cwd=tmp_path)
    page = (tmp_path.parent / "html" / "run.html").read_text(encoding="utf-8")
    assert page.count('class="wsn-static wsn-words"') == 2
    assert "population" in page


@pytest.mark.parametrize("form", ["py:percent", "py:light", "md", "md:myst"])
def test_jupytext_brings_a_cell_back_as_it_was(form: str) -> None:
    body = "%%responses -t add\nWhat is `x`, {y}?\n# no heading\n%not_a_magic\n!ls\n```python\nx\n```\n\n'''quoted'''"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(body), nbformat.v4.new_code_cell("x = 1")])
    notebook.metadata = KERNEL
    back = jupytext.reads(jupytext.writes(notebook, fmt=form), fmt=form)
    assert [cell.source for cell in back.cells] == [body, "x = 1"]


def test_nbmake_passes_what_answers_and_fails_what_does_not(tmp_path: Path) -> None:
    good, bad = '%%responses\nsay "good"', "%%responses --no-such-option\nHi"
    for name, last in (("good", good), ("bad", bad)):
        cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, last)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbmake", "-p", "no:cacheprovider"]
    command += ["-q", "good.ipynb", "bad.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path, env=kernel_environment(), capture_output=True, text=True, check=False, timeout=240
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "bad.ipynb" in done.stdout
