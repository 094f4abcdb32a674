"""The widget that draws a batch in the browser. Imports anywidget, so import this module when it is needed."""

from __future__ import annotations

import anywidget
import traitlets

from .parts import script

__all__ = ["BatchWidget"]


class BatchWidget(anywidget.AnyWidget):
    """A batch: `batch` is its first picture; the rest comes as messages."""

    _esm = script("batch", "view of a batch", "or install ws-notebook from a wheel, or ask with view='none'.")
    batch = traitlets.Dict().tag(sync=True)
