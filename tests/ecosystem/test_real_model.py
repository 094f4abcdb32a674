"""What memory is worth to a real model, and what this package adds to llama.cpp: minutes, by night."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from support.real_model import NAME, real_model
from support.server import TOKEN, running_server

import ws_notebook as wsn
from ws_notebook.server.models.llama.engine import Engine, EngineOptions

__all__: list[str] = []

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1200)]
TURNS = 12
ROUNDS = 6
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


def test_client_and_server_add_a_twentieth_to_the_time_that_llama_cpp_takes() -> None:
    """The best of some rounds, in turn: other work on the machine makes any of them longer."""
    question, few = "Write a long story about a ship.", {"max_output_tokens": 300}
    alone, ours = list[float](), list[float]()
    with (
        running_server("--model", NAME) as server,
        wsn.Session(provider=server.base_url, model=NAME, api_key=TOKEN) as session,
        asyncio.Runner() as loop,
    ):
        engine = Engine(real_model(), EngineOptions())
        try:
            for _ in range(ROUNDS):
                alone.append(loop.run(seconds_alone(engine, question, few["max_output_tokens"])))
                begun = time.perf_counter()
                session.ask(question, options=few, parent=None)
                ours.append(time.perf_counter() - begun)
        finally:
            loop.run(engine.close())
    added = min(ours) / min(alone) - 1
    print(f"llama.cpp alone {min(alone):.2f} s, through server and client {min(ours):.2f} s: {100 * added:+.1f} %")
    assert added < 0.05


async def seconds_alone(engine: Engine, question: str, tokens: int) -> float:
    """How long llama.cpp itself takes for an answer."""
    upstream = await engine.upstream()
    body = {"messages": [{"role": "user", "content": question}], "max_tokens": tokens, "stream": True}
    begun = time.perf_counter()
    async for _ in upstream.stream("/chat/completions", body):
        pass
    return time.perf_counter() - begun
