"""What memory is worth to a real model, and what this package adds to llama.cpp: minutes, by night."""

from __future__ import annotations

import time
from typing import Any

import psutil
import pytest
from support.real_model import NAME, real_model
from support.server import TOKEN, running_server

import ws_notebook as wsn

__all__: list[str] = []

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1200)]
TURNS = 12
FEW: dict[str, Any] = {"max_output_tokens": 8}


def output(turn: int) -> str:
    """About 300 tokens."""
    return f"Result {turn}: " + " ".join(
        f"row {row} holds {(row * 37 + turn * 11) % 97} of {turn};" for row in range(25)
    )


def first_token_and_tokens(*flags: str) -> tuple[float, list[int]]:
    """Milliseconds to the first token of the last turn, and the tokens that were read for each.

    Read anew, each turn stands for itself: the last one alone is asked, with all that was before it.
    """
    with (
        running_server("--model", NAME, *flags) as server,
        wsn.Session(provider=server.base_url, model=NAME, api_key=TOKEN, options=FEW) as session,
    ):
        session.ask("Hi.", parent=None)  # loads the model
        if flags:
            items = [{"role": "user", "content": output(turn)} for turn in range(TURNS)]
            session.ask(items, parent=None)
        else:
            for turn in range(TURNS):
                session.ask(output(turn), **({} if turn else {"parent": None}))
        turns = session.turns
        read = [int(each) for each in turns.input_tokens - turns.cached_tokens]
        return float(turns.first_token_ms.iloc[-1]), read


def test_at_turn_12_a_kept_prefix_is_six_times_faster_to_the_first_token() -> None:
    real_model()
    kept, read = first_token_and_tokens()
    anew, everything = first_token_and_tokens("--no-prefix-cache")
    print(f"first token at turn {TURNS}: {kept:.0f} ms kept, {anew:.0f} ms read anew, {anew / kept:.1f} times")
    # Each turn reads what is new: as much as the one before.
    assert max(read[2:]) < 1.3 * min(read[2:])
    assert everything[-1] > 0.8 * sum(read)
    assert anew > 6 * kept


def test_client_and_server_take_a_twentieth_of_what_llama_cpp_takes() -> None:
    real_model()
    with (
        running_server("--model", NAME) as server,
        wsn.Session(provider=server.base_url, model=NAME, api_key=TOKEN) as session,
    ):
        session.ask("Hi.", options=FEW)
        ours = psutil.Process(server.process.pid)
        (llama,) = ours.children()
        before = [busy(ours), busy(llama), time.process_time()]
        run = session.ask("Write a long story about a ship.", options={"max_output_tokens": 300})
        after = [busy(ours), busy(llama), time.process_time()]
        by_server, by_llama, by_client = (now - then for now, then in zip(after, before, strict=True))
        print(f"CPU: llama.cpp {by_llama:.2f} s, server {by_server:.3f} s, client {by_client:.3f} s")
        assert run.usage["output_tokens"] > 100
        assert by_server + by_client < 0.05 * by_llama


def busy(process: psutil.Process) -> float:
    """Seconds of CPU."""
    times = process.cpu_times()
    return float(times.user + times.system)
