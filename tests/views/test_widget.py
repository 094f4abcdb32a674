from __future__ import annotations

import gc
import weakref

from render.play import HEADER, capitals

from ws_notebook.kernel import hear
from ws_notebook.render.bundle import bundle
from ws_notebook.views.parts import release, view_data
from ws_notebook.views.widget import RunWidget, code_of

__all__: list[str] = []


def test_a_widget_carries_its_first_picture_and_its_script() -> None:
    run = bundle(capitals().run, HEADER)
    widget = RunWidget(run=run)
    state = widget.get_state()
    assert state["run"] == run
    assert "export" in state["_esm"]
    assert state["code"].startswith("ws-notebook-widget-")
    assert view_data(widget)["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    release(widget)


def test_a_released_widget_is_freed() -> None:
    widget = RunWidget(run={})
    hear(widget, lambda _: None)
    references = [weakref.ref(widget), weakref.ref(type(widget)), weakref.ref(widget.layout)]
    release(widget)
    del widget
    gc.collect()
    assert [reference() for reference in references] == [None, None, None]


def test_mathematics_is_named_with_the_first_message_that_may_hold_a_formula() -> None:
    widget = RunWidget(run={})
    assert widget.math == ""
    widget.heed({"kind": "delta", "text": [[0, "plain"]]})
    assert widget.math == ""
    widget.heed({"kind": "delta", "reasoning": [[0, "so $x$"]]})
    assert widget.math.startswith("ws-notebook-math-")
    release(widget)
    turns = [{"text": r"\(x\)", "reasoning": ""}]
    with_formula = RunWidget(run={"turns": turns})
    assert with_formula.math
    release(with_formula)


def test_a_page_gets_the_code_that_it_asks_for_and_no_other_file() -> None:
    answer = code_of("math")
    assert answer is not None
    assert "mathml" in answer["code"]
    assert code_of("../widget") is None
    assert code_of("") is None
