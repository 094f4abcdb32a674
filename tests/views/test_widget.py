from __future__ import annotations

import gc
import weakref

from render.play import HEADER, capitals

from ws_notebook.render.bundle import bundle
from ws_notebook.views.widget import RunWidget, deliver_while_busy, release, view_data

__all__: list[str] = []


def test_a_widget_carries_its_first_picture_and_its_script() -> None:
    run = bundle(capitals().run, HEADER)
    widget = RunWidget(run=run)
    state = widget.get_state()
    assert state["run"] == run
    assert "export" in state["_esm"]
    assert view_data(widget)["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    release(widget)


def test_a_released_widget_is_freed() -> None:
    widget = RunWidget(run={})
    deliver_while_busy(widget)
    references = [weakref.ref(widget), weakref.ref(type(widget)), weakref.ref(widget.layout)]
    release(widget)
    del widget
    gc.collect()
    assert [reference() for reference in references] == [None, None, None]
