#!/bin/sh
# jupytext 1.19.6, nbformat 5.11.1.
# A cell of a magic that is no Python (%%html and its like) may hold three quotes that nothing closes: it runs, and
# saves as .ipynb. Written as text and read back, every later cell of the notebook, Markdown ones too, has become
# a part of that cell in py:percent, py:light, py:hydrogen, md and Rmd; only md:myst gives back what was there.
# So a paired notebook loses its cells at the next load, without a word. Who puts prose into cells pairs with md:myst.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check jupytext==1.19.6 nbformat==5.11.1
"$dir/env/bin/python" - <<'PY'
import jupytext
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

notebook = new_notebook(
    cells=[
        new_code_cell('%%html\nA quotation opens with """ and is not closed.'),
        new_code_cell("a = 1"),
        new_markdown_cell("Words."),
        new_code_cell("b = 2"),
    ],
    metadata={"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
)
counted = {}
for form in ("py:percent", "py:light", "py:hydrogen", "md", "Rmd", "md:myst"):
    counted[form] = len(jupytext.reads(jupytext.writes(notebook, form), form).cells)
    print(f"{form}: 4 cells written, {counted[form]} read")
assert counted.pop("md:myst") == 4, counted
assert set(counted.values()) == {1}, counted
PY
