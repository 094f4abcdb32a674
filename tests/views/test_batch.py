"""The live view of a batch: what the page is told and asks, and the static picture in its place at the end."""

from __future__ import annotations

from typing import Any

from ws_notebook.views.batch import BatchView
from ws_notebook.views.display import Display

__all__: list[str] = []

FACTS = {
    "id": "r1", "status": "in_progress", "prompt": "p", "model": "m", "total": 4, "counts": {"waiting": 4},
    "elapsed_ms": 1, "rate": 0.0, "left_s": None, "lanes": {"now": 2, "most": 2, "history": [[0, 2]]},
    "tokens": {"input": 0, "cached": 0, "output": 0}, "cost": None, "errors": [], "first": [],
    "notes": [], "stopped": "",
}  # fmt: skip


class Source:
    def __init__(self) -> None:
        self.acts: list[str] = []

    def facts(self) -> dict[str, Any]:
        return dict(FACTS)

    def letters(self) -> str:
        return "wwww"

    def window(self, start: int, end: int, only: str) -> dict[str, Any]:
        return {"from": start, "total": 4, "rows": [start, end]}

    def act(self, kind: str) -> None:
        self.acts.append(kind)


class Shown(Display):
    """What stands in a notebook's output, last."""

    data: Any = None

    def show(self, data: Any) -> None:
        self.data = data

    def replace(self, data: Any) -> None:
        self.data = data


class Page:
    """Stands where the widget's comm is."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        self.messages.append(message)


def view() -> tuple[BatchView, Source, Shown, Page, list[Any]]:
    source, shown, page, due = Source(), Shown(), Page(), []
    made = BatchView(source, lambda _, callback: due.append(callback), shown)
    made._widget = page
    return made, source, shown, page, due


def test_changes_come_together_by_their_letter() -> None:
    made, _, _, page, due = view()
    for position, letter in ((0, "a"), (1, "a"), (0, "c")):
        made.touch(position, letter)
    due.pop(0)()
    (news,) = page.messages
    assert news["kind"] == "news"
    assert news["changed"] == {"c": [0], "a": [1]}
    assert news["batch"]["total"] == 4


def test_the_page_asks_for_rows_and_for_the_whole() -> None:
    made, source, _, page, _ = view()
    made.hear({"kind": "rows", "from": 5, "to": 10_000, "only": "f"})
    made.hear({"kind": "rows", "from": "x", "to": None})
    made.hear({"kind": "ready"})
    made.hear("nonsense")
    made.hear({"kind": "stop"})
    assert page.messages[0] == {"kind": "rows", "from": 5, "total": 4, "rows": [5, 205], "only": "f"}
    assert page.messages[1]["rows"] == [0, 0]
    assert page.messages[2]["batch"]["states"] == "w4"
    assert source.acts == ["stop"]


def test_a_static_picture_takes_its_place() -> None:
    made, _, shown, page, _ = view()
    made._widget = None
    made.finish()
    made.finish()
    assert set(shown.data) == {"text/html", "text/markdown", "text/plain"}
    assert page.messages == []
