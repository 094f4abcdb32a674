from __future__ import annotations

from render.play import HEADER, Play

from ws_notebook.views.base import NullView, View
from ws_notebook.views.text import NotebookTextView, TextView

__all__: list[str] = []


def test_every_view_fits_the_protocol() -> None:
    run = Play().run
    views: list[View] = [
        NullView(),
        TextView(run, HEADER, call_later=lambda _delay, _callback: None),
        NotebookTextView(run, HEADER, call_later=lambda _delay, _callback: None),
    ]
    assert all(callable(view.show) and callable(view.observe) and callable(view.finish) for view in views)


def test_no_view_shows_nothing(capsys) -> None:
    play = Play().send().created("resp_1").text("Hi").completed()
    view = NullView()
    view.show()
    for change in play.changes:
        view.observe(play.run, change)
    view.finish(play.run)
    assert capsys.readouterr() == ("", "")
