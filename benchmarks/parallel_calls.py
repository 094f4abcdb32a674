"""What does a call cost when a turn has thousands of them: does it grow with their number?

One turn with 500 to 5,000 calls of a trivial function, then the answer, over a transport in the program's own
process: CPU time of the whole process for each call, and for drawing the run once it has ended. Each size in a
process of its own.

    kernel      the thread that waits runs the functions, one after another
    thread      the pool of threads does
    coroutine   coroutine functions on the loop that awaits

    python benchmarks/parallel_calls.py [--sizes 500,1000,2500,5000] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ws_notebook import ConnectionLost, Run, Session, Tool, tool

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "parallel_calls.json"
SIZES = (500, 1000, 2500, 5000)
PLACES = ("kernel", "thread", "coroutine")
GROWTH = 2.0
"""The most that a call may cost of the largest size, in calls of the smallest."""


def response(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"resp_{number}", "object": "response", "status": "in_progress", "output": [], **fields}


def ended(number: int, output: list[dict[str, Any]]) -> dict[str, Any]:
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    return {
        "type": "response.completed",
        "response": response(number, status="completed", output=output, usage=usage),
    }


def calls_of(count: int) -> list[dict[str, Any]]:
    """The events of a turn with so many calls: all announced first, as parallel calls are, then their arguments."""
    items = [
        {"type": "function_call", "id": f"fc_{n}", "call_id": f"call_{n}", "name": "look", "status": "completed"}
        | {"arguments": f'{{"n":{n}}}'}
        for n in range(count)
    ]
    events: list[dict[str, Any]] = [{"type": "response.created", "response": response(1)}]
    for n, item in enumerate(items):
        begun = {**item, "arguments": "", "status": "in_progress"}
        events.append({"type": "response.output_item.added", "output_index": n, "item": begun})
    for n, item in enumerate(items):
        place = {"output_index": n, "item_id": item["id"]}
        said = item["arguments"]
        events.append({"type": "response.function_call_arguments.delta", **place, "delta": said})
        events.append({"type": "response.function_call_arguments.done", **place, "arguments": said})
        events.append({"type": "response.output_item.done", "output_index": n, "item": item})
    return [*events, ended(1, items)]


def answer() -> list[dict[str, Any]]:
    content = [{"type": "output_text", "text": "Done.", "annotations": []}]
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
    created = {"type": "response.created", "response": response(2)}
    return [created, {"type": "response.output_item.done", "output_index": 0, "item": item}, ended(2, [item])]


class Connection:
    """Answers each request with the next list of frames."""

    memory = True
    usable = True

    def __init__(self, answers: list[list[bytes]]) -> None:
        self._left = list(answers)
        self._ready: asyncio.Queue[list[bytes] | None] = asyncio.Queue()

    async def answers(self) -> bool:
        return True

    async def send(self, frame: bytes) -> None:
        self._ready.put_nowait(self._left.pop(0))

    async def receive(self) -> list[bytes]:
        found = await self._ready.get()
        if found is None:
            raise ConnectionLost("closed")
        return found

    async def close(self) -> None:
        self._ready.put_nowait(None)


class InProcess:
    """A transport whose server is a list of frames."""

    name = "websocket"
    memory = True

    def __init__(self, answers: list[list[bytes]]) -> None:
        self._answers = answers

    async def connect(self, endpoint: Any) -> Connection:
        return Connection(self._answers)


def look(n: int) -> int:
    """Looks."""
    return n


async def look_later(n: int) -> int:
    """Looks."""
    return n


def made(place: str) -> Tool[..., Any]:
    if place == "coroutine":
        return tool(look_later, name="look")
    return tool(look, run_in="thread" if place == "thread" else "kernel")


def frames(events: list[dict[str, Any]]) -> list[bytes]:
    return [json.dumps({**event, "sequence_number": number}).encode() for number, event in enumerate(events)]


def asked(place: str, count: int) -> tuple[float, Run]:
    """CPU seconds of one question with so many calls, and its run."""
    transport: Any = InProcess([frames(calls_of(count)), frames(answer())])
    with Session(
        provider="http://127.0.0.1:9/v1", profile="openai", api_key="none", transport=transport, tools=[made(place)]
    ) as session:
        began = time.process_time()
        run = asyncio.run(session.ask_async("go")) if place == "coroutine" else session.ask("go")
        spent = time.process_time() - began
    outputs = [item["call_id"] for item in run.turns[1].input if item["type"] == "function_call_output"]
    assert outputs == [f"call_{n}" for n in range(count)]
    assert [call.output for call in run.tool_calls] == [str(n) for n in range(count)]
    return spent, run


def sample(place: str, count: int) -> dict[str, float]:
    asked(place, 20)
    spent, run = asked(place, count)
    began = time.process_time()
    run._repr_mimebundle_()
    drawn = time.process_time() - began
    return {"call_us": round(spent / count * 1e6, 1), "drawn_us": round(drawn / count * 1e6, 1)}


def child(place: str, count: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--place", place, "--sizes", str(count)]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def main() -> int:
    """Run as a program; exit 1 when a call of 5,000 costs more than twice what one of 500 does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--place", choices=PLACES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes = [int(each) for each in options.sizes.split(",")]
    if options.place:
        print(json.dumps(sample(options.place, sizes[0])))
        return 0
    figures = {place: {str(size): child(place, size) for size in sizes} for place in PLACES}
    growth = {
        place: round(found[str(sizes[-1])]["call_us"] / found[str(sizes[0])]["call_us"], 2)
        for place, found in figures.items()
    }
    kept = max(growth.values()) < GROWTH
    result = {
        "question": "CPU microseconds a call, by the number of calls in one turn",
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()},
        "microseconds": figures,
        "growth": growth,
        "promise": {"growth_below": GROWTH, "kept": kept},
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result) + "\n")
    for place, found in figures.items():
        print(
            f"{place:10}",
            *(f"{size}: {each['call_us']:.0f} µs, drawn {each['drawn_us']:.0f}" for size, each in found.items()),
        )
    print(f"growth from {sizes[0]} to {sizes[-1]}: {growth}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
