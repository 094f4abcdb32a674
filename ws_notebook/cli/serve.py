"""The flags of `ws-notebook serve`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .flags import READ, count, fault, host, mebibytes, not_negative, port, written
from .serving import run_server

__all__ = ["add_serve"]


def add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from ws_notebook.profiles import PROFILES, USUAL

    serve = commands.add_parser(
        "serve",
        help="serve the Responses API (WebSocket and HTTP) on this machine, answered by a script",
        description="Serve the Responses API over WebSocket and HTTP. The demo model is a script and no AI.",
    )
    serve.set_defaults(run=run_server)
    add = serve.add_argument
    add("--host", type=host, default="127.0.0.1", help="address to bind (default: %(default)s, this machine only)")
    add("--port", type=port, default=0, help="port to bind; 0, the default, takes a free one")
    add(
        "--token",
        action="append",
        help="what clients must send; $WS_NOTEBOOK_SERVER_TOKEN is better, arguments show in process lists; "
        "repeat it for clients that may not see each other's responses",
    )
    add("--certfile", type=Path, metavar="PATH", help="certificate (PEM) for TLS: https and wss")
    add("--keyfile", type=Path, metavar="PATH", help="its key, if that is in a file of its own")
    add("--tls", choices=("self",), help="TLS by a certificate made for this run; says which file to trust")
    add("--store", type=Path, metavar="PATH", help="SQLite file for stored responses (default: memory)")
    add("--tokens-per-second", type=not_negative, default=60.0, help="speed of answers; 0: unlimited (default: 60)")
    add("--first-token", type=not_negative, default=200.0, metavar="MS", help="wait before one (default: 200)")
    add("--with-parent", action="store_true", help="end when standard input ends; ignore Ctrl-C")
    add(
        "--parent",
        type=count,
        metavar="PID",
        help="end when that process, which started this one, is gone, whoever still holds the standard input open",
    )
    add(
        "--fault",
        type=fault,
        action="append",
        default=[],
        dest="faults",
        metavar="RULE",
        help="what goes wrong, and when: 'ACTION [ARGUMENT] at EVENT [N | every N]', as in "
        "'drop at response.output_text.delta 3'; repeat it for more (docs/server.md has the table)",
    )
    add(
        "--profile",
        choices=[name for name, profile in PROFILES.items() if profile.played and not profile.embedded],
        default=USUAL.name,
        help="treat sockets as that provider does: lanes, limits, errors (default: %(default)s; see docs/server.md)",
    )
    _add_models(serve)
    _add_cassette(serve)
    _add_network(serve)
    _add_upstream(serve)
    _add_limits(serve, USUAL.name)


def _add_models(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument_group("models", "Others than the script, on this machine.").add_argument
    add(
        "--scene",
        action="append",
        default=[],
        dest="scenes",
        metavar="FILE",
        help="play this scene (YAML), or one that comes with the package, as the model scene:NAME; the first is "
        "'script' too (docs/scenes.md)",
    )
    add("--scene-speed", type=not_negative, default=1.0, metavar="X", help="how fast; 0: without waits (default: 1)")
    add(
        "--model",
        metavar="NAME",
        help="demo (default); replay: the answers of --cassette, and nobody is asked; or a model of this machine "
        "(`ws-notebook model list`, or a GGUF file), beside the script",
    )


def _add_cassette(serve: argparse.ArgumentParser) -> None:
    from ws_notebook.cassette.modes import MODES

    group = serve.add_argument_group(
        "cassettes", "Answers of a recording instead of the script's, or all answers recorded (docs/cassettes.md)."
    )
    add = group.add_argument
    add("--cassette", type=Path, metavar="FILE", help="record to it what is answered, as --record says; or replay it")
    add("--record", choices=MODES, help="once: where there is no such file, else replay it (default); new_episodes: "
        "replay it, and record what is not on it; all: record anew; none: replay it (--model replay)")  # fmt: skip
    add("--speed", type=not_negative, default=0.0, metavar="N", help="of a replay; 1: as recorded (default: at once)")


def _add_network(serve: argparse.ArgumentParser) -> None:
    from ws_notebook.network.units import parse_overhead, parse_rates, parse_time

    group = serve.add_argument_group(
        "network", "How far away the server is made to be, by a proxy in a process of its own, and what it spends."
    )
    add = group.add_argument
    add("--rtt", type=written(parse_time), default="0ms", metavar="TIME", help="the round trip, as 80ms")
    add(
        "--bandwidth",
        type=written(parse_rates),
        metavar="RATE",
        help="as 10mbit, in each direction, or 1mbit:10mbit, up and down (default: without a bound)",
    )
    add(
        "--overhead",
        type=written(parse_overhead),
        metavar="SUM",
        help="what is spent on context that the connection does not remember, as '20ms + 0.2ms/kB': for a request, and "
        "for each kB that has to be read",
    )


def _add_upstream(serve: argparse.ArgumentParser) -> None:
    from ws_notebook.dialects import APIS

    group = serve.add_argument_group(
        "upstream", "Answers of another server instead of the script's, with WebSocket mode, lanes and memory in front."
    )
    add = group.add_argument
    add("--upstream", metavar="URL", help="its base URL, as http://localhost:11434/v1; its models are served")
    add("--upstream-api", choices=APIS, help="what it is asked by (default: what it speaks best, found by asking)")
    add("--no-prefix-cache", action="store_true", help="have it read everything anew each turn, to see what that costs")
    add(
        "--model-idle-seconds",
        type=not_negative,
        default=600.0,
        metavar="S",
        help="after which it is ended when nobody asks it; 0: never (default: 600)",
    )
    add("--upstream-key-variable", metavar="NAME", help="the environment variable with its key; without, none is sent")
    add(
        "--upstream-seconds",
        type=not_negative,
        default=600.0,
        metavar="S",
        help="in which it may say nothing while it answers; 0: without end (default: 600)",
    )
    add(
        "--models-by-address",
        action="store_true",
        help="let clients name models by URL, as the private server of a notebook does: whoever has the token reaches "
        "what this machine reaches",
    )


def _add_limits(serve: argparse.ArgumentParser, usual: str) -> None:
    """One flag for each limit; what is not given is as the profile has it."""
    from dataclasses import fields

    from ws_notebook.server.limits import MIB, Limits

    group = serve.add_argument_group("limits", f"The defaults are those of --profile {usual}. 0 switches off seconds.")
    for limit in fields(Limits):
        if flag := limit.metadata.get("flag"):
            given: Any = limit.default
            read, shown = (mebibytes, given / MIB) if "mib" in flag else (READ[type(given)], given)
            metavar, words = flag.lstrip("-").replace("-", "_").upper(), f"{limit.metadata['help']} ({shown:g})"
            group.add_argument(flag, dest=limit.name, metavar=metavar, type=read, help=words)
