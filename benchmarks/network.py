"""Where does the socket's gain come from? The published cases, on a network and with server work that are played.

25 calls with outputs of 4 kB, in rounds in which each way takes its turn, and raw websockets with them:

    20, 40      round trips of 20 and 80 ms, TLS, and the overhead for a request that no connection remembers with which
                the socket takes 20 % and 40 % less than kept-alive HTTP with response ids; solved for, then measured
    thin        an uplink of 1 Mbit/s: what the bytes alone make, computed and measured
    loopback    the built-in loop on this machine as it is, ten comparisons: whether they say the same

Each run is taken apart with the network's figures. Simulated times of tens of milliseconds can be measured on a busy
machine, too; what the programs themselves take is in the rest.

    python benchmarks/network.py [--rounds N] [--repeats N] [--only 20,40,thin,loopback] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import ssl
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.server import RunningServer, running_server  # noqa: E402 - the tests' rig, found by the line above

from ws_notebook import Network, Session, compare  # noqa: E402
from ws_notebook.render.gain import gain  # noqa: E402
from ws_notebook.render.parts import parts_of  # noqa: E402
from ws_notebook.render.sample import sample_of  # noqa: E402
from ws_notebook.session.compare import line_of  # noqa: E402
from ws_notebook.session.loop import built_in  # noqa: E402

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "network.json"
CALLS, OUTPUT = 25, 4000
WAYS = ("websocket", "http full", "http id", "http new")
TURN = 0.224
"""Seconds of a turn without overhead, with the round trip in it: a fast model."""
STREAM = 0.004


def overhead_for(part: float, rtt: float) -> float:
    """Seconds for a request that no connection remembers, with which the socket saves that part of the time.

    The socket pays for its first turn, and a round trip for the upgrade; HTTP pays for each turn.
    """
    turns = CALLS + 1
    return (turns * part * TURN + rtt) / (CALLS - turns * part)


def case(part: float, rtt: float) -> Network:
    return Network(
        rtt=f"{rtt * 1000:g}ms",
        tls=True,
        overhead=f"{overhead_for(part, rtt) * 1000:.1f}ms",
        first_token=(TURN - rtt - STREAM) * 1000,
        tokens_per_second=1000,
    )


THIN = Network(rtt="20ms", bandwidth="1mbit:10mbit", tls=True, first_token=0, tokens_per_second=0)


def raw(server: RunningServer, context: ssl.SSLContext | None) -> float:
    """Seconds of the same loop with nothing but websockets and json."""
    loop = built_in(CALLS, OUTPUT)
    (page,) = loop.make_tools()
    tool: Any = page
    began = time.perf_counter()
    options = {"additional_headers": server.headers, "max_size": None, "compression": None, "proxy": None}
    with connect(server.socket_url, ssl=context, **options) as socket:  # type: ignore[arg-type]
        fixed = {"type": "response.create", "model": "demo", "store": False, "tools": [tool.definition]}
        body = {**fixed, "parallel_tool_calls": False, "input": [{"role": "user", "content": loop.input}]}
        while True:
            socket.send(json.dumps(body))
            event: dict[str, Any] = {"type": ""}
            while event["type"] != "response.completed":
                event = json.loads(socket.recv())
            calls = [item for item in event["response"]["output"] if item["type"] == "function_call"]
            if not calls:
                break
            outputs = [
                {
                    "type": "function_call_output",
                    "call_id": call["call_id"],
                    "output": tool(**json.loads(call["arguments"])),
                }
                for call in calls
            ]
            body = {**fixed, "parallel_tool_calls": False, "input": outputs}
            body["previous_response_id"] = event["response"]["id"]
        return time.perf_counter() - began


def measure(network: Network, rounds: int, ways: tuple[str, ...] = WAYS) -> dict[str, Any]:
    """All rounds on one network: seconds of each way and of raw websockets, and the parts."""
    totals: dict[str, list[float]] = {way: [] for way in (*ways, "raw websockets")}
    parts: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    sent: dict[str, float] = {}
    with running_server(*network.flags(), fast=False) as server:
        trusted = server.line.rpartition("trust: ")[2].strip(" )\n") if network.tls else None
        context = ssl.create_default_context(cafile=trusted) if trusted else None
        with Session(provider=server.base_url, profile="local", api_key=server.token, ssl=context) as session:
            for number in range(1, rounds + 1):
                print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)
                if number % 2:
                    totals["raw websockets"].append(raw(server, context))
                found = compare(
                    session=session, ways=ways if number % 2 else ways[::-1], turns=CALLS, output=OUTPUT, rounds=1
                )
                if not number % 2:
                    totals["raw websockets"].append(raw(server, context))
                for way, (run,) in found.runs.items():
                    sample = sample_of(run.state, way, number)
                    assert sample.completed, sample.error
                    totals[way].append(sample.total_ms / 1000)
                    sent[way] = sample.sum("bytes_sent")
                    parts[way].append(msgspec.structs.asdict(parts_of(line_of(network), sample, way)))
    medians = {
        way: {name: round(statistics.median(each[name] for each in rows), 1) for name in rows[0]}
        for way, rows in parts.items()
    }
    return {"network": msgspec.structs.asdict(network), "seconds": totals, "bytes_sent": sent, "parts_ms": medians}


def judged(found: dict[str, Any]) -> dict[str, Any]:
    """What the socket saves of each other's time, and how far it is from raw websockets."""
    seconds = found["seconds"]
    saved = {way: msgspec.structs.asdict(gain(seconds["websocket"], seconds[way])) for way in WAYS[1:]}
    ours, bare = (statistics.median(seconds[name]) for name in ("websocket", "raw websockets"))
    return {**found, "saved": saved, "over_raw": ours / bare - 1}


def published(part: float, rounds: int) -> list[dict[str, Any]]:
    rows = []
    for rtt in (0.02, 0.08):
        print(f"{part:.0%} at {rtt * 1000:g} ms", file=sys.stderr, flush=True)
        found = judged(measure(case(part, rtt), rounds))
        measured = found["saved"]["http id"]["part"]
        rows.append(
            {"rtt_ms": rtt * 1000, "wanted": part, "measured": measured, "off_points": 100 * (measured - part), **found}
        )
    return rows


def thin(rounds: int) -> dict[str, Any]:
    """What an uplink of 1 Mbit/s makes of the bytes: the difference that is computed, and the one that is measured."""
    print("thin uplink", file=sys.stderr, flush=True)
    found = judged(measure(THIN, rounds))
    seconds, parts = found["seconds"], found["parts_ms"]
    measured = statistics.median(seconds["http full"]) - statistics.median(seconds["websocket"])
    computed = (parts["http full"]["bytes_ms"] - parts["websocket"]["bytes_ms"]) / 1000
    return {**found, "computed_seconds": computed, "measured_seconds": measured, "off": measured / computed - 1}


def loopback(repeats: int, rounds: int) -> dict[str, Any]:
    """The built-in loop as anybody asks it, again and again."""
    sentences = []
    for number in range(repeats):
        print(f"loopback, comparison {number + 1} of {repeats}", file=sys.stderr, flush=True)
        with Session(provider="local") as session:
            found = compare(session=session, rounds=rounds)
            verdicts = {label: each.verdict for label, each in found.gains.items()}
            gains = {label: msgspec.structs.asdict(each) for label, each in found.gains.items()}
            seconds = {label: [run.total_ms / 1000 for run in runs] for label, runs in found._samples.items()}
            sentences.append({"sentence": found.sentence, "verdicts": verdicts, "saved": gains, "seconds": seconds})
    claimed = [
        sum(each["verdicts"][label] in ("less", "more") for each in sentences) for label in sentences[0]["verdicts"]
    ]
    return {"comparisons": sentences, "claims_by_way": claimed, "agree": set(claimed) <= {0, repeats}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--only", default="20,40,thin,loopback")
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    wanted = options.only.split(",")
    results: dict[str, Any] = json.loads(options.json.read_text()) if options.json.exists() else {}
    results["about"] = {
        "calls": CALLS,
        "output_bytes": OUTPUT,
        "rounds": options.rounds,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in ("websockets", "httpx2", "tornado")},
    }
    for name in wanted:
        if name in ("20", "40"):
            results[name] = published(int(name) / 100, options.rounds)
        elif name == "thin":
            results[name] = thin(options.rounds)
        elif name == "loopback":
            results[name] = loopback(options.repeats, max(3, options.rounds - 2))
        options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    show(results)
    return 0


def show(results: dict[str, Any]) -> None:
    for name in ("20", "40"):
        for row in results.get(name, ()):
            print(
                f"{name} % at {row['rtt_ms']:g} ms: {row['measured']:.1%} ({row['off_points']:+.1f} points), "
                f"over raw websockets {row['over_raw']:+.1%}"
            )
    if found := results.get("thin"):
        print(
            f"thin uplink: computed {found['computed_seconds']:.2f} s, measured {found['measured_seconds']:.2f} s "
            f"({found['off']:+.1%}), over raw websockets {found['over_raw']:+.1%}"
        )
    if found := results.get("loopback"):
        print(f"loopback: {len(found['comparisons'])} comparisons, the same verdicts: {found['agree']}")


if __name__ == "__main__":
    raise SystemExit(main())
