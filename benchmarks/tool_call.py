"""What does one call of a trivial tool cost: from the model's call on the wire to the tool's output on the wire?

A server in this process sends a call and takes the time until the next request has the call's output. Between the two a
client reads the call, validates its arguments, runs `add(a, b)`, writes the output and asks for the next turn. The
clients take turns within each round, each in a process of its own:

    bare     a WebSocket client that knows what comes and answers with ready bytes: the floor under all of them
    kernel   `session.ask` in a cell of a real kernel; the function runs on the kernel's main thread
    magic    the same in a `%%responses` cell
    thread   the same with `run_in="thread"`
    agents, agents_async   openai-agents with its WebSocket model, for a plain and for a coroutine function

    python benchmarks/tool_call.py [--rounds N] [--calls N] [--agents PYTHON] [--json FILE]

`--agents` is a Python that has openai-agents; without it one is made in a temporary folder, with pip.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["main"]

HERE = Path(__file__).resolve()
ROOT = HERE.parents[1]
RESULTS = HERE.parent / "results" / "tool_call.json"
ROUNDS, CALLS = 12, 60
DROPPED = 2
"""Rounds in which caches fill."""
PAUSE = 0.002
"""Seconds between the arguments' last piece and the call itself, as a model's tokens have them."""
LIMIT_MS, LIMIT_SHARE = 0.5, 0.10
"""The promise: milliseconds over the floor, and of what openai-agents takes over it."""
OURS = ("kernel", "magic", "thread")
AGENTS = ("agents", "agents_async")


# The server.


def frames(number: int, last: bool) -> tuple[list[str], list[str]]:
    """The frames of a turn up to the call, and those that carry it; the last turn says a word."""
    response = {"id": f"resp_{number}", "object": "response", "created_at": 0, "model": "demo", "output": []}
    response |= {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    begun = {"type": "response.created", "response": {**response, "status": "in_progress"}}
    if last:
        text = {"type": "output_text", "text": "Done.", "annotations": []}
        item: dict[str, Any] = {"type": "message", "id": "msg", "role": "assistant", "status": "completed"}
        item["content"] = [text]
        pieces = [{"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}}]
    else:
        item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "name": "add"}
        item |= {"arguments": f'{{"a":{number},"b":1}}', "status": "completed"}
        place = {"item_id": item["id"], "output_index": 0}
        kind = "response.function_call_arguments"
        pieces = [
            {"type": "response.output_item.added", "output_index": 0, "item": {**item, "arguments": ""}},
            {"type": f"{kind}.delta", **place, "delta": item["arguments"]},
            {"type": f"{kind}.done", **place, "name": "add", "arguments": item["arguments"]},
        ]
    usage = {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12, "input_tokens_details": {"cached_tokens": 0}}
    usage["output_tokens_details"] = {"reasoning_tokens": 0}
    whole = {**response, "status": "completed", "output": [item], "usage": usage}
    ends = [
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    events = [begun, *pieces, *ends]
    texts = [json.dumps({**event, "sequence_number": index}) for index, event in enumerate(events)]
    return texts[:-2], texts[-2:]


class Server:
    """Answers every question with `calls` calls, one after another, and takes the times between."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.times: list[float] = []
        """Milliseconds of each call since they were last taken."""
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def taken(self) -> list[float]:
        found, self.times = self.times, []
        return found

    def _run(self) -> None:
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()

    async def _listen(self) -> None:
        from websockets.asyncio.server import serve

        server = await serve(self._serve, "127.0.0.1", 0, compression=None)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        self._ready.set()

    async def _serve(self, socket: Any) -> None:
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            await self._answer(socket)

    async def _answer(self, socket: Any) -> None:
        number, sent = 0, 0.0
        async for text in socket:
            now = time.perf_counter()
            if number:
                self.times.append((now - sent) * 1000)
                if f"call_{number}" not in str(text) or f'"{number + 1}"' not in str(text):
                    raise ValueError(f"That is no output of call {number}: {text}")
            before, call = frames(number + 1, last=number == self.calls)
            for frame in before:
                await socket.send(frame)
            await asyncio.sleep(PAUSE)
            sent = time.perf_counter()
            for frame in call:
                await socket.send(frame)
            number = 0 if number == self.calls else number + 1


# The clients. Each answers one question for each line that it reads.


def serve_lines(ask: Any) -> None:
    """In a process of its own: ask once for each line of the standard input, and say so."""
    print("ready", flush=True)
    for _ in sys.stdin:
        ask()
        print("done", flush=True)


def bare(url: str, calls: int) -> None:
    """The floor: it reads just enough to know when to answer."""
    from websockets.sync.client import connect

    with connect(f"ws{url[4:]}/responses", compression=None, proxy=None) as socket:
        first = json.dumps({"type": "response.create", "model": "demo", "input": []})
        outputs = [
            json.dumps(
                {
                    "type": "response.create",
                    "model": "demo",
                    "previous_response_id": f"resp_{n}",
                    "input": [{"type": "function_call_output", "call_id": f"call_{n}", "output": str(n + 1)}],
                }
            )
            for n in range(1, calls + 1)
        ]

        def ask() -> None:
            for request in (first, *outputs):
                socket.send(request)
                while '"response.completed"' not in socket.recv():
                    pass

        serve_lines(ask)


def agents(url: str, calls: int, *, coroutine: bool) -> None:
    """openai-agents, with its WebSocket model and the ids of responses, so that each request has only what is new."""
    import agents as library
    import openai

    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    async def add_async(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    library.set_tracing_disabled(True)
    tool = library.function_tool(add_async if coroutine else add, name_override="add")
    runner = asyncio.Runner()
    client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    model = library.OpenAIResponsesWSModel(model="demo", openai_client=client)
    agent = library.Agent(name="Adder", model=model, tools=[tool])

    def ask() -> None:
        running = library.Runner.run(agent, "add", max_turns=calls + 2, auto_previous_response_id=True)
        runner.run(_awaited(running))

    serve_lines(ask)


async def _awaited(running: Any) -> Any:
    return await running


KERNEL = """
import sys
sys.path.insert(0, {root!r})
%load_ext ws_notebook
import ws_notebook as wsn

def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b

def connect(**options):
    tools = [wsn.tool(**options)(add)]
    return wsn.Session(provider={url!r}, profile="openai", api_key="none", model="demo", tools=tools, max_turns={turns})

kernel, magic, thread = connect(), connect(), connect(run_in="thread")
"""
CELLS = {
    "kernel": "_run = kernel.ask('add', parent=None)",
    "magic": "%%responses -s magic --new -o _run\nadd",
    "thread": "_run = thread.ask('add', parent=None)",
}


class Kernel:
    """A kernel with three sessions."""

    def __init__(self, url: str, calls: int) -> None:
        from jupyter_client.manager import start_new_kernel

        self._manager, self._client = start_new_kernel(kernel_name="python3")
        self._execute(KERNEL.format(root=str(ROOT), url=url, turns=calls + 2))

    def ask(self, name: str) -> None:
        self._execute(CELLS[name])

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def _execute(self, code: str) -> None:
        reply = self._client.execute_interactive(code, timeout=60, output_hook=lambda message: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))


class Child:
    """This file in another process, as one of the clients."""

    def __init__(self, python: str, name: str, url: str, calls: int) -> None:
        self._process = subprocess.Popen(
            [python, str(HERE), "--client", name, "--url", url, "--calls", str(calls)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._expect("ready")

    def ask(self, _: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._expect("done")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    def _expect(self, word: str) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if line != word:
            raise RuntimeError(f"The client said {line!r}, not {word!r}.")


# The measurement.


@contextmanager
def agents_python(given: str | None) -> Iterator[str]:
    """A Python that has openai-agents."""
    if given or find_spec("agents"):
        yield given or sys.executable
        return
    with tempfile.TemporaryDirectory() as folder:
        print("installing openai-agents into an environment of its own …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", "openai-agents"], check=True, stderr=subprocess.DEVNULL)
        yield python


def measure(rounds: int, calls: int, python: str) -> dict[str, list[float]]:
    """Every sample in milliseconds, by client."""
    samples: dict[str, list[float]] = {name: [] for name in ("bare", *OURS, *AGENTS)}
    with Server(calls) as server, ExitStack() as stack:
        kernel = Kernel(server.url, calls)
        stack.callback(kernel.close)
        clients: dict[str, Any] = dict.fromkeys(OURS, kernel)
        for name, program in (("bare", sys.executable), *((name, python) for name in AGENTS)):
            clients[name] = Child(program, name, server.url, calls)
            stack.callback(clients[name].close)
        for number in range(rounds + DROPPED):
            order = list(samples) if number % 2 else list(reversed(samples))
            for name in order:
                clients[name].ask(name)
                taken = server.taken()
                if len(taken) != calls:
                    raise RuntimeError(f"{name} made {len(taken)} calls instead of {calls}.")
                if number >= DROPPED:
                    samples[name] += [round(each, 4) for each in taken]
    return samples


def summary(values: list[float], floor: float) -> dict[str, float]:
    """Milliseconds: median, quartiles, and the median over the floor."""
    low, middle, high = statistics.quantiles(values, n=4)
    return {name: round(value, 3) for name, value in (("median", middle), ("q1", low), ("q3", high))} | {
        "over_floor": round(middle - floor, 3)
    }


def versions(python: str) -> dict[str, str]:
    """What ran."""
    code = "import importlib.metadata as m; print(m.version('openai-agents'), m.version('openai'))"
    told = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    other = dict(zip(("openai-agents", "openai"), told, strict=True))
    mine = {name: importlib.metadata.version(name) for name in ("ipykernel", "websockets", "msgspec", "pydantic")}
    return {"python": platform.python_version(), **mine, **other}


def main() -> int:
    """Run as a program; exit 1 when the promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--agents", metavar="PYTHON")
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--client", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client == "bare":
        bare(options.url, options.calls)
        return 0
    if options.client:
        agents(options.url, options.calls, coroutine=options.client == "agents_async")
        return 0
    with agents_python(options.agents) as python:
        samples = measure(options.rounds, options.calls, python)
        found = versions(python)
    floor = statistics.median(samples["bare"])
    figures = {name: summary(values, floor) for name, values in samples.items()}
    best = min(figures[name]["over_floor"] for name in AGENTS)
    share = round(figures["kernel"]["over_floor"] / best, 3)
    kept = figures["kernel"]["over_floor"] <= LIMIT_MS and share <= LIMIT_SHARE
    result = {
        "question": "milliseconds from a model's call to the tool's output, both on the wire",
        "rounds": options.rounds,
        "calls_per_round": options.calls,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": found,
        "milliseconds": figures,
        "share_of_openai_agents": share,
        "promise": {"over_floor": LIMIT_MS, "share": LIMIT_SHARE, "kept": kept},
        "samples": samples,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=None) + "\n")
    for name, figure in figures.items():
        print(f"{name:13}", "  ".join(f"{key} {value:.3f}" for key, value in figure.items()))
    print(f"kernel: {share:.1%} of the faster of openai-agents; the promise is {'' if kept else 'not '}kept")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
