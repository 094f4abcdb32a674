"""The chat's widgets by hand, with a speaker that takes note."""

from __future__ import annotations

from ws_notebook.exceptions import SettingsError
from ws_notebook.views.chat import LATEST, NEW, Chat, Composer, Place

__all__: list[str] = []


class Noting:
    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []
        self.places: list[Place] = []
        self.refuses = False

    def ask(self, words: str, parent: str, place: Place) -> None:
        if self.refuses:
            raise SettingsError("The session is <closed>.")
        self.heard.append(("ask", words, parent))
        self.places.append(place)

    def steer(self, words: str) -> None:
        self.heard.append(("steer", words))

    def stop(self) -> None:
        self.heard.append(("stop",))


def test_enter_asks_and_leaving_the_line_does_not() -> None:
    speaker = Noting()
    chat = Chat(speaker, "local demo")
    chat.line.value = "Which is <larger>?"
    assert speaker.heard == []
    chat.line._handle_custom_msg({"kind": "submit", "value": "Which is <larger>?"}, [])
    assert speaker.heard == [("ask", "Which is <larger>?", LATEST)]
    assert chat.line.value == ""
    assert "&lt;larger&gt;" in chat.turns.children[0].children[0].value


def test_while_a_run_goes_on_words_steer_it_and_it_can_be_stopped() -> None:
    speaker = Noting()
    chat = Chat(speaker, "local demo")
    chat.begun("r1")
    assert (chat.send.description, chat.halt.disabled) == ("Steer", False)
    chat.line.value = "in French"
    chat.send.click()
    chat.halt.click()
    assert speaker.heard == [("steer", "in French"), ("stop",)]
    chat.offer([("r1", "first  question")])
    chat.ended("r1")
    assert (chat.send.description, chat.halt.disabled) == ("Ask", True)
    assert chat.parent.options[-1] == ("r1: first question", "r1")


def test_any_earlier_run_can_be_continued_or_none() -> None:
    speaker = Noting()
    chat = Chat(speaker, "local demo")
    chat.offer([("r1", "one")])
    for parent in ("r1", NEW):
        chat.parent.value = parent
        chat.line.value = "and?"
        chat.submit()
        chat.begun("r2")
        chat.offer([("r1", "one"), ("r2", "and?")])
        chat.ended("r2")
    assert [heard[2] for heard in speaker.heard] == ["r1", NEW]
    assert chat.parent.value == LATEST


def test_what_cannot_be_asked_is_said_and_the_words_stay() -> None:
    speaker = Noting()
    speaker.refuses = True
    chat = Chat(speaker, "local demo")
    chat.line.value = "Hi"
    chat.submit()
    assert "&lt;closed&gt;" in chat.note.value
    assert (chat.line.value, chat.turns.children) == ("Hi", ())
    chat.line.value = "  "
    chat.submit()
    assert speaker.heard == []


def test_a_place_shows_one_thing_at_a_time() -> None:
    speaker = Noting()
    chat = Chat(speaker, "local demo")
    chat.line.value = "Hi"
    chat.submit()
    (place,) = speaker.places
    place.show({"text/plain": "one"})
    place.replace({"text/plain": "two"})
    output = chat.turns.children[0].children[1]
    assert [each["data"] for each in output.outputs] == [{"text/plain": "two"}]


def test_enter_submits_what_stands_in_the_line_and_nothing_else_does() -> None:
    line = Composer(value="one")
    heard: list[str] = []
    line.on_submit(lambda: heard.append(line.value))
    line.value = "one\ntwo"
    line._handle_custom_msg({"kind": "other"}, [])
    line._handle_custom_msg("submit", [])
    assert heard == []
    line._handle_custom_msg({"kind": "submit", "value": "one\ntwo, three"}, [])
    assert heard == ["one\ntwo, three"]
