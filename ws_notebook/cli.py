"""``ws-notebook``, the command line."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]

TOKEN_VARIABLE = "WS_NOTEBOOK_SERVER_TOKEN"  # noqa: S105  a variable's name


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 for a failure that was explained, 2 for wrong usage."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ws-notebook", description="The Responses API in a notebook: its embedded server and tools around it."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="serve the Responses API (WebSocket and HTTP) on this machine, answered by a script",
        description="Serve the Responses API over WebSocket and HTTP. The demo model is a script and no AI.",
    )
    serve.set_defaults(run=_serve)
    add = serve.add_argument
    add("--host", default="127.0.0.1", help="address to bind (default: %(default)s, this machine only)")
    add("--port", type=_port, default=0, help="port to bind; 0, the default, takes a free one")
    add(
        "--token",
        action="append",
        help=f"what clients must send; ${TOKEN_VARIABLE} is better, arguments show in process lists; "
        "repeat it for clients that may not see each other's responses",
    )
    add("--store", type=Path, metavar="PATH", help="SQLite file for stored responses (default: memory)")
    add("--tokens-per-second", type=_not_negative, default=60.0, help="speed of answers; 0: unlimited (default: 60)")
    add("--first-token", type=_not_negative, default=200.0, metavar="MS", help="wait before one (default: 200)")
    add("--with-parent", action="store_true", help="end when standard input ends; ignore Ctrl-C")
    add(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="RULE",
        help="what goes wrong, and when: 'ACTION [ARGUMENT] at EVENT [N | every N]', as in "
        "'drop at response.output_text.delta 3'; repeat it for more (docs/server.md has the table)",
    )
    limits = serve.add_argument_group("limits")
    limits.add_argument("--max-message-mib", type=_positive, default=64.0, help="largest message (default: 64)")
    limits.add_argument("--ping-seconds", type=_not_negative, default=20.0, help="between pings; 0: none (default: 20)")
    limits.add_argument("--in-flight", type=_count, default=16, help="responses at once on a connection (default: 16)")
    limits.add_argument("--lanes", type=_count, default=32, help="stream ids in a connection's life (default: 32)")
    limits.add_argument(
        "--connection-seconds", type=_not_negative, default=3600.0, help="age limit; 0: none (default: 3600)"
    )
    limits.add_argument("--idle-seconds", type=_not_negative, default=0.0, help="closes 1001; 0, the default: never")
    limits.add_argument("--pending-steers", type=_count, default=16, help="for one response (default: 16)")
    limits.add_argument("--queued-creates", type=_count, default=256, help="per connection (default: 256)")
    limits.add_argument("--stored-responses", type=_count, default=10_000, help="kept in memory (default: 10000)")


def _serve(options: argparse.Namespace) -> int:
    import asyncio

    from ws_notebook.server.app import ServerOptions, serve
    from ws_notebook.server.limits import Limits
    from ws_notebook.server.models.demo import DemoModel, Pace

    from_environment = os.environ.get(TOKEN_VARIABLE)
    given = options.token or ([from_environment] if from_environment else [])
    token, *more_tokens = given or [secrets.token_urlsafe(24)]

    def ready(url: str) -> None:
        hint = "" if given else f"; token: {token}"
        print(f"ws-notebook server ready at {url} (model: demo, a script and no AI{hint})", flush=True)

    server = ServerOptions(
        models=[DemoModel(Pace(options.tokens_per_second, options.first_token))],
        token=token,
        more_tokens=more_tokens,
        store=options.store,
        faults=options.fault,
        host=options.host,
        port=options.port,
        with_parent=options.with_parent,
        limits=Limits(
            max_message_bytes=int(options.max_message_mib * 1024 * 1024),
            ping_seconds=options.ping_seconds,
            connection_seconds=options.connection_seconds,
            idle_seconds=options.idle_seconds,
            responses_in_flight=options.in_flight,
            lanes=options.lanes,
            pending_steers=options.pending_steers,
            queued_creates=options.queued_creates,
            stored_responses=options.stored_responses,
        ),
    )
    try:
        asyncio.run(serve(server, ready=ready))
    except OSError as error:
        if error.errno is None:  # not the system's: it says all that is to be said
            print(f"ws-notebook: {error}", file=sys.stderr)
            return 1
        where = f"{options.host}:{options.port}"
        print(f"ws-notebook: cannot serve on {where}: {error.strerror or error}.", file=sys.stderr)
        print("Choose another --port (0 takes a free one) or --host.", file=sys.stderr)
        return 1
    return 0


class _Version(argparse.Action):
    """Looks the version up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from ws_notebook import __version__

        print(__version__)
        parser.exit()


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("a port is between 0 and 65535")
    return value


def _not_negative(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


def _fault(text: str) -> object:
    from ws_notebook.server.faults import FaultError, parse_fault

    try:
        return parse_fault(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value
