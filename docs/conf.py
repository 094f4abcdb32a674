"""The documentation as a site: `make docs`. Every page of docs/ is part of it."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import ws_notebook  # noqa: E402 - from this clone, also where none is installed

project = "ws-notebook"
author = "ws-notebook contributors"
version = release = ws_notebook.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinx_copybutton"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
nitpicky = False
# The docstrings are written with single backticks, as Markdown has them.
default_role = "literal"
keep_warnings = True

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4

autodoc_typehints = "signature"
autodoc_member_order = "groupwise"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"
python_use_unqualified_type_names = True
add_module_names = False

html_theme = "furo"
html_title = f"ws-notebook {release}"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
copybutton_exclude = ".linenos, .gp, .go"


_ROW = re.compile(r"([\w`][\w`, ]*?) {2,}(\S.*)$")
_ANCHOR = re.compile(r'^<a id="([^"]+)"></a>$', re.MULTILINE)
_OUTSIDE = re.compile(r"\]\((\.\./[^)#]+\.md)(?:#[^)]*)?\)")
_NAMED = re.compile(r"([a-z_]+(?:, [a-z_]+)*): (\S.*)$")
_TRAILING = re.compile(r"(\w)_(?=[\s\"'.,)]|$)")


def setup(app: Any) -> dict[str, Any]:
    """Connect what turns the docstrings' Markdown into reStructuredText."""
    app.connect("autodoc-process-docstring", _as_markdown)
    app.connect("build-finished", _with_pictures)
    app.connect("build-finished", _accessible)
    app.connect("source-read", _as_targets)
    return {"parallel_read_safe": True}


def _as_targets(app: Any, page: str, source: list[str]) -> None:
    """Anchors that GitHub reads are targets, and Markdown outside of docs/ is a file to have."""
    if page == "notebooks":
        source[0] = source[0].replace("<!-- notebooks -->", "\n".join(_notebooks()))
    source[0] = _OUTSIDE.sub(r"](path:\1)", _ANCHOR.sub(r"(\1)=", source[0]))


def _notebooks() -> Iterator[str]:
    """A line for each notebook of the repository: its heading and the sentence below it."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
        heading, _, words = first.partition("\n")
        sentence = " ".join(words.split()).partition(". ")[0].rstrip(".:")
        yield f"* [{path.stem}](../notebooks/{path.name}), {heading.lstrip('# ')}: {sentence}."


def _with_pictures(app: Any, error: Exception | None) -> None:
    """Pictures stand in the pages as HTML, for their dark form: Sphinx does not see them."""
    if error is None and app.builder.format == "html":
        shutil.copytree(ROOT / "docs" / "images", Path(app.outdir) / "images", dirs_exist_ok=True)


def _accessible(app: Any, error: Exception | None) -> None:
    """What the theme leaves out: the level of its captions, and a way for the keyboard into what is scrolled."""
    if error is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        mended = text.replace(' role="heading"><', ' role="heading" aria-level="2"><')
        mended = mended.replace("<pre>", '<pre tabindex="0">')
        mended = mended.replace('<div class="table-wrapper ', '<div tabindex="0" class="table-wrapper ')
        if mended != text:
            path.write_text(mended, encoding="utf-8")


def _as_markdown(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Docstrings have tables of a name, two spaces or more, and words; lists without an empty line before them."""
    found: list[str] = []
    inside = ""
    for line in (_TRAILING.sub(r"\1\\_", each) for each in lines):
        row = _ROW.match(line) or (_NAMED.match(line) if _are_parameters(line, obj) else None)
        if row is not None:
            names = ", ".join(f"``{each}``" for each in row[1].replace("`", "").split(", "))
            found += [*_parted(found, "*"), f"* {names}: {row[2]}"]
        elif line.lstrip().startswith(("* ", "- ")):
            found += [*_parted(found, line.lstrip()[0]), line]
        elif inside == ":" and line.startswith(" "):
            found.append(f"  {line.strip()}")
        else:
            found += [*([""] if inside == ":" and line.strip() else []), line]
        inside = ":" if row or (inside == ":" and line.startswith(" ")) else ""
    lines[:] = found


def _are_parameters(line: str, obj: Any) -> bool:
    """Whether the line begins with names of the object's parameters, and a colon."""
    named = _NAMED.match(line)
    if named is None or not callable(obj):
        return False
    try:
        return set(named[1].split(", ")) <= set(inspect.signature(obj).parameters)
    except (TypeError, ValueError):
        return False


def _parted(before: list[str], mark: str) -> list[str]:
    """An empty line, where a list begins."""
    follows = bool(before) and (
        not before[-1].strip() or before[-1].lstrip().startswith((mark, "  ")) or before[-1][:1] == " "
    )
    return [] if follows or not before else [""]
