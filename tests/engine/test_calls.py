"""What the protocol and everybody is told of calls, with nothing but a core that is driven by hand."""

from __future__ import annotations

import pytest
from support.drive import Drive
from support.events import answer, call

from ws_notebook.core.turn import ApprovalState, CallState, Progress
from ws_notebook.engine.calls import Calls
from ws_notebook.secrets import Keys
from ws_notebook.tools.approval import Decision
from ws_notebook.tools.executor import Outcome

__all__: list[str] = []

KEY = "made-up-key-0123456789"


class Heard:
    """A call of a run, and in what order its `Calls` did what."""

    def __init__(self) -> None:
        self.drive = Drive()
        run = self.drive.ask("Remove it.")
        self.drive.receive(answer("resp_1", call("c1")))
        self.drive.protocol.changes()
        self.call = run.tool_calls[0]
        self.order: list[str] = []
        self.calls = Calls(
            self.drive.protocol,
            Keys([KEY]),
            publish=lambda: self.order.append(f"published {len(self.drive.protocol.changes())}"),
            settle=lambda: self.order.append("settled"),
            answered=self._answered,
        )

    def _answered(self, answered: CallState) -> None:
        assert answered is self.call
        self.order.append(f"answered {answered.status}")


def test_a_question_is_told_once_it_is_known_how_it_is_asked() -> None:
    heard = Heard()
    heard.calls.ask(heard.call, ApprovalState(), 200.0)
    assert (heard.order, heard.call.status) == ([], "awaiting_approval")
    heard.calls.prompt(heard.call, True)
    heard.calls.publish()
    assert heard.order == ["published 2", "published 0"]


def test_a_decision_a_beginning_and_progress_are_told_and_nothing_is_sent_for_them() -> None:
    heard = Heard()
    heard.calls.ask(heard.call, ApprovalState(), 200.0)
    heard.calls.decide(heard.call, Decision(kind="edited", runs=True, reason="less", arguments="{}"))
    assert (heard.call.decision, heard.call.edited, heard.call.approval.reason) == ("edited", "{}", "less")
    assert heard.calls.begin_call(heard.call, 200.5)
    assert heard.calls.progress(heard.call, Progress(text="half"))
    assert heard.order == ["published 2", "published 1", "published 1"]


def test_a_busy_kernel_is_told_and_may_have_consequences() -> None:
    heard = Heard()
    heard.calls.hold_up_call(heard.call)
    assert (heard.order, heard.call.timing.spans[0].kind) == (["settled"], "kernel_busy")


@pytest.mark.parametrize("error", [None, f"ValueError: no {KEY}"])
def test_an_answer_has_no_key_and_is_heard_of_before_anything_follows(error: str | None) -> None:
    heard, raised = Heard(), ValueError(f"no {KEY}")
    pictures, exhibits = ({"url": None, "caption": "a plot"},), ({"rows": 3},)
    outcome = Outcome(
        status="failed" if error else "completed",
        output=f"it was {KEY}",
        error=error,
        exception=raised,
        pictures=pictures,
        exhibits=exhibits,
        note="Cut.",
    )
    heard.calls.answer_call(heard.call, outcome)
    assert heard.order == [f"answered {outcome.status}", "settled"]
    assert (heard.call.output, heard.call.error) == ("it was [secret]", error and "ValueError: no [secret]")
    assert (heard.call.exception, heard.call.pictures, heard.call.exhibits) == (raised, pictures, exhibits)
    assert "secret" in heard.call.note
    assert heard.call.note.endswith("Cut.")
    assert not heard.calls.begin_call(heard.call, 201.0)
    assert not heard.calls.progress(heard.call, Progress(text="late"))
