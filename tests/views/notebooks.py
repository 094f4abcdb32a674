"""Notebooks run by nbclient, as papermill and `jupyter execute` run them."""

from __future__ import annotations

from typing import Any

import nbformat
from nbclient import NotebookClient
from support.started import kernel_environment
from views.kernels import PREPARE

__all__ = ["executed"]


def executed(*cells: str) -> list[list[Any]]:
    """The outputs of each cell after the notebook ran, as they would be saved."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (PREPARE, *cells)])
    NotebookClient(notebook, kernel_name="python3", timeout=50).execute(env=kernel_environment())
    nbformat.validate(notebook)
    return [cell["outputs"] for cell in notebook.cells[1:]]
