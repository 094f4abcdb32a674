"""A chat with a real session: questions, branches and refusals; the page is the browser tests' matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.behind import waited

from ws_notebook import Session

__all__: list[str] = []

Open = Callable[..., Session]


def said(chat: Any, words: str) -> None:
    chat.line.value = words
    chat.submit()


def until(session: Session, wanted: Callable[[], bool]) -> None:
    assert waited(session.runs[0], wanted)


def test_each_question_continues_the_one_before_it_or_what_was_chosen(local: Open) -> None:
    session = local()
    chat = session.chat()
    said(chat, 'say "one"')
    until(session, lambda: chat.send.description == "Ask")
    said(chat, 'say "two"')
    until(session, lambda: chat.send.description == "Ask")
    chat.parent.value = "r1"
    said(chat, 'say "three"')
    until(session, lambda: chat.send.description == "Ask")
    assert [run.text for run in session.runs] == ["one", "two", "three"]
    assert [run.parent and run.parent.id for run in session.runs] == [None, "r1", "r1"]
    shown = [each.children[1].outputs[0]["data"] for each in chat.turns.children]
    assert [data["text/plain"].split("\n")[0] for data in shown] == ["one", "two", "three"]


def test_runs_that_were_asked_elsewhere_can_be_continued(local: Open) -> None:
    session = local()
    session.ask('say "before"')
    chat = session.chat()
    assert [value for _, value in chat.parent.options] == ["latest", "", "r1"]
    other = session.chat()
    said(other, 'say "beside"')
    until(session, lambda: "r2" in [value for _, value in chat.parent.options])
    chat.parent.value = "r2"
    said(chat, 'say "here"')
    until(session, lambda: chat.send.description == "Ask")
    assert session.runs[-1].parent is session.runs[1]


def test_a_run_is_stopped_from_the_chat_and_what_is_no_more_is_said(local: Open) -> None:
    session = local()
    chat = session.chat()
    said(chat, "write 3000 words")
    chat.halt.click()
    until(session, lambda: session.runs[0].done and chat.send.description == "Ask")
    assert session.runs[0].status == "cancelled"
    chat._speaker.widget.halt.disabled = False
    chat.halt.click()
    assert "Nothing runs here now." in chat.note.value
    session.close()
    said(chat, "and?")
    assert "closed" in chat.note.value
