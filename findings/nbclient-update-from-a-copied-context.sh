#!/bin/sh
# nbclient 0.11.0, ipykernel 7.4.0, IPython 9.18.1.
# A thread updates a display of an earlier cell after that cell has ended. From a plain thread the update reaches the
# notebook. From a thread that runs in the cell's own context (contextvars.copy_context, as asyncio and many libraries
# give their threads) it does not: ipykernel sends it with the ended cell as its parent, and nbclient has stopped
# listening for that cell. The more careful program is the one whose output is lost, without a word, in
# `jupyter execute`, papermill and `nbconvert --execute` alike; JupyterLab shows both.
# What serves: run the update in the context of a cell that is still running.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check nbclient==0.11.0 ipykernel==7.4.0 ipython==9.18.1 \
    nbformat==5.11.1
PATH="$dir/env/bin:$PATH" JUPYTER_PATH="$dir/env/share/jupyter" "$dir/env/bin/python" - <<'PY'
import nbclient
from nbformat.v4 import new_code_cell, new_notebook

BEGIN = """
import contextvars, threading
from IPython.display import Markdown, display
shown, go = display(Markdown("first"), display_id="x"), threading.Event()
def late():
    go.wait()
    shown.update(Markdown("second"))
thread = threading.Thread(target={target})
thread.start()
"""
END = "go.set(); thread.join()"


def shown_by(target: str) -> str:
    notebook = new_notebook(
        cells=[new_code_cell(BEGIN.format(target=target)), new_code_cell(END)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
    )
    nbclient.NotebookClient(notebook, timeout=60).execute()
    return notebook.cells[0].outputs[0]["data"]["text/markdown"]


plain = shown_by("late")
copied = shown_by("contextvars.copy_context().run, args=(late,)")
print(f"plain thread: {plain}; thread in a copy of the cell's context: {copied}")
assert (plain, copied) == ("second", "first")
PY
