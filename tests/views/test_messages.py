"""What pages say: each message is what its fields say it is, and nothing else is one."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.views.messages import (
    Approve,
    Code,
    Deny,
    Forms,
    Frame,
    FrameList,
    Message,
    Ready,
    Shown,
    Steer,
    Stop,
    Unfold,
    decoded,
)

__all__: list[str] = []

ABOUT = {"kind": "decide", "turn": "r7.1", "call": "call_1"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "ready"}, Ready()),
        ({"kind": "forms", "view": "d1"}, Forms()),
        ({"kind": "stop"}, Stop()),
        ({"kind": "steer", "text": "in French"}, Steer("in French")),
        ({"kind": "arguments", "turn": "r7.1", "call": "call_1"}, Unfold("r7.1", "call_1")),
        ({"kind": "frames"}, FrameList()),
        ({"kind": "frame", "index": 3}, Frame(3)),
        ({"kind": "code", "part": "math"}, Code("math")),
        ({**ABOUT, "verdict": "shown", "more": None}, Shown("r7.1", "call_1")),
        ({**ABOUT, "verdict": "approve"}, Approve("r7.1", "call_1")),
        ({**ABOUT, "verdict": "approve", "more": '{"a": 1}'}, Approve("r7.1", "call_1", '{"a": 1}')),
        ({**ABOUT, "verdict": "deny", "more": "no"}, Deny("r7.1", "call_1", "no")),
    ],
)
def test_a_message_is_decoded(content: dict[str, Any], message: Message) -> None:
    assert decoded(content) == message


@pytest.mark.parametrize(
    "content",
    [
        None,
        [1],
        {},
        {"kind": "unheard of"},
        {"kind": "steer"},
        {"kind": "steer", "text": 5},
        {"kind": "approve", "turn": "r7.1", "call": "call_1"},
        {**ABOUT},
        {**ABOUT, "verdict": "anything"},
        {"kind": "decide", "verdict": "deny"},
        {**ABOUT, "verdict": "approve", "more": 5},
    ],
)
def test_what_is_none_is_ignored(content: Any) -> None:
    assert decoded(content) is None
