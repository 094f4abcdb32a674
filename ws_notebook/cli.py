"""``ws-notebook``, the command line."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ws_notebook.server.limits import Limits
    from ws_notebook.server.models.upstream.sources import Addressed, Listed
    from ws_notebook.server.tapes import Tapes
    from ws_notebook.settings import Settings

__all__ = ["main"]

N = TypeVar("N", int, float)


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
    from ws_notebook.cassette.command import add_command

    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_doctor(commands)
    add_command(commands, _cassette)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from ws_notebook.cassette.command import add_flags
    from ws_notebook.profiles import PROFILES, USUAL

    serve = commands.add_parser(
        "serve",
        help="serve the Responses API (WebSocket and HTTP) on this machine, answered by a script",
        description="Serve the Responses API over WebSocket and HTTP. The demo model is a script and no AI.",
    )
    serve.set_defaults(run=_serve)
    add = serve.add_argument
    add("--host", type=_host, default="127.0.0.1", help="address to bind (default: %(default)s, this machine only)")
    add("--port", type=_port, default=0, help="port to bind; 0, the default, takes a free one")
    add(
        "--token",
        action="append",
        help="what clients must send; $WS_NOTEBOOK_SERVER_TOKEN is better, arguments show in process lists; "
        "repeat it for clients that may not see each other's responses",
    )
    add("--certfile", type=Path, metavar="PATH", help="certificate (PEM) for TLS: https and wss")
    add("--keyfile", type=Path, metavar="PATH", help="its key, if that is in a file of its own")
    add("--store", type=Path, metavar="PATH", help="SQLite file for stored responses (default: memory)")
    add("--tokens-per-second", type=_not_negative, default=60.0, help="speed of answers; 0: unlimited (default: 60)")
    add("--first-token", type=_not_negative, default=200.0, metavar="MS", help="wait before one (default: 200)")
    add("--with-parent", action="store_true", help="end when standard input ends; ignore Ctrl-C")
    add(
        "--parent",
        type=_count,
        metavar="PID",
        help="end when that process, which started this one, is gone, whoever still holds the standard input open",
    )
    add(
        "--fault",
        type=_fault,
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
    add_flags(serve, _not_negative)
    _add_upstream(serve)
    _add_limits(serve, USUAL.name)


def _add_upstream(serve: argparse.ArgumentParser) -> None:
    from ws_notebook.dialects import APIS

    group = serve.add_argument_group(
        "upstream", "Answers of another server instead of the script's, with WebSocket mode, lanes and memory in front."
    )
    add = group.add_argument
    add("--upstream", metavar="URL", help="its base URL, as http://localhost:11434/v1; its models are served")
    add("--upstream-api", choices=APIS, help="what it is asked by (default: what it speaks best, found by asking)")
    add("--upstream-key-variable", metavar="NAME", help="the environment variable with its key; without, none is sent")
    add(
        "--upstream-seconds",
        type=_not_negative,
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
            read, shown = (_mebibytes, given / MIB) if "mib" in flag else (_READ[type(given)], given)
            metavar, words = flag.lstrip("-").replace("-", "_").upper(), f"{limit.metadata['help']} ({shown:g})"
            group.add_argument(flag, dest=limit.name, metavar=metavar, type=read, help=words)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="say what is installed, what a provider answers, and what to do",
        description="Say what is installed, whether front ends will show the live view, and what a provider answers. "
        "Exits 1 when something has failed.",
        epilog="What it asks of a provider: one request over HTTP and two over WebSockets that must be refused, which "
        "cost nothing; and a warm-up (generate: false), a few input tokens and no output, where the provider is known "
        "to have that. --ask adds a short question and answer.",
    )
    doctor.set_defaults(run=_doctor)
    add = doctor.add_argument
    add("--provider", default="auto", help="a provider's name, as openai or openai:eu (default: as Session() chooses)")
    add("--url", help="the base URL of a server; --provider then says how it behaves")
    add("--model", help="the model to name in requests")
    add("--transport", choices=("auto", "websocket", "http"), default="auto", help="as in Session (default: auto)")
    add("--key-variable", metavar="NAME", help="the environment variable that holds the key, if it is not the usual")
    add("--ca", metavar="PATH", help="file of a private certificate authority (PEM)")
    add("--ask", action="store_true", help="also ask a short question, which a provider bills")
    add("--offline", action="store_true", help="look at what is installed, and ask no provider")
    add("--timeout", type=_positive, default=10.0, metavar="S", help="seconds for each step (default: 10)")
    add("--json", action="store_true", help="print JSON")


def _doctor(options: argparse.Namespace) -> int:
    import json
    import shutil

    from ws_notebook.doctor import diagnose

    settings = None if options.offline else _doctor_settings(options)
    diagnosis = diagnose(settings, ask=options.ask, patience=options.timeout)
    if options.json:
        print(json.dumps(diagnosis.as_dict(), indent=2, ensure_ascii=False))
    else:
        print(diagnosis.text(shutil.get_terminal_size((100, 24)).columns))
    return 0 if diagnosis.ok else 1


def _doctor_settings(options: argparse.Namespace) -> Settings | str:
    """What to connect to, or the words that say why nothing can be."""
    import ssl

    from ws_notebook.exceptions import SettingsError
    from ws_notebook.settings import key_in, resolve

    named = None if options.provider == "auto" else options.provider
    try:
        return resolve(
            options.url or options.provider,
            profile=named if options.url else None,
            model=options.model,
            api_key=key_in(options.key_variable) if options.key_variable else None,
            ssl=ssl.create_default_context(cafile=options.ca) if options.ca else None,
            transport=options.transport,
        )
    except SettingsError as error:
        return str(error)
    except OSError as error:
        return f"The file of --ca, {options.ca}, cannot be used: {error.strerror or error}."


def _cassette(options: argparse.Namespace) -> int:
    from ws_notebook.cassette.command import looked_at

    text, code = looked_at(options)
    print(text, file=sys.stdout if code < 2 else sys.stderr)
    return code


def _limits(options: argparse.Namespace, limits: Limits) -> Limits:
    """*limits* with what was given."""
    from dataclasses import fields, replace

    given = {field.name: getattr(options, field.name, None) for field in fields(limits)}
    given["max_body_bytes"] = given["max_message_bytes"]
    return replace(limits, **{name: value for name, value in given.items() if value is not None})


def _wrong(options: argparse.Namespace, tokens: Sequence[str]) -> str | None:
    """What is wrong with flags that are right one by one, and what to do; None when nothing is."""
    from ws_notebook.cassette.command import flags_problem
    from ws_notebook.server.access import token_problem
    from ws_notebook.settings import SERVER_TOKEN_VARIABLE

    source = "--token" if options.token else f"${SERVER_TOKEN_VARIABLE}"
    for problem in filter(None, map(token_problem, tokens)):
        return f"the token of {source} {problem}. Give a secret of printable characters, or none, and one is made."
    if options.keyfile and not options.certfile:
        return "--keyfile is the key of a certificate: name that too, with --certfile. Without it there is no TLS."
    named = next((name for name in ("upstream_api", "upstream_key_variable") if getattr(options, name)), None)
    if named and not options.upstream:
        return f"--{named.replace('_', '-')} is about an upstream: name that too, with --upstream URL."
    if wrong := flags_problem(options):
        return wrong
    if options.upstream and options.models_by_address:
        return "--upstream serves the models of one server, --models-by-address those of any: give one of them."
    return None


def _source(options: argparse.Namespace) -> Listed | Addressed | None:
    """Where models come from, besides the script. Raises SettingsError for an address or a key that is none."""
    from ws_notebook.server.models.upstream.service import Upstream
    from ws_notebook.server.models.upstream.sources import Addressed, Listed
    from ws_notebook.settings import key_in, resolve

    if options.models_by_address:
        return Addressed(options.upstream_seconds)
    if not options.upstream:
        return None
    variable = options.upstream_key_variable
    key = key_in(variable)() if variable else None
    url = resolve(options.upstream if "://" in options.upstream else f"http://{options.upstream}").base_url
    return Listed(Upstream(url, key, api=options.upstream_api, silence=options.upstream_seconds))


def _tapes(options: argparse.Namespace, source: Listed | Addressed | None) -> Tapes | None:
    """What becomes of the cassette; None: there is none. Raises SettingsError."""
    from ws_notebook.secrets import Keys, hidden
    from ws_notebook.server.models.upstream.sources import Listed
    from ws_notebook.server.tapes import Tapes

    if not options.cassette:
        return None
    mode = "none" if options.model == "replay" else options.record or "once"
    upstream = source.upstream if isinstance(source, Listed) else None
    keys, provider = (Keys(), "local") if upstream is None else (upstream.keys, hidden(upstream.address))
    return Tapes(options.cassette, mode, provider=provider, keys=keys, speed=options.speed)


def _serve(options: argparse.Namespace) -> int:
    import asyncio

    from ws_notebook.exceptions import SettingsError
    from ws_notebook.server.app import ServerOptions, serve
    from ws_notebook.server.models.demo import DemoModel, Pace
    from ws_notebook.server.models.upstream.sources import Listed
    from ws_notebook.server.profiles import PROFILES as SERVED
    from ws_notebook.settings import server_token

    profile = SERVED[options.profile]
    from_environment = server_token()
    given = options.token or ([] if from_environment is None else [from_environment])
    if problem := _wrong(options, given):
        print(f"ws-notebook: {problem}", file=sys.stderr)
        return 2
    token, *more_tokens = given or [secrets.token_urlsafe(24)]

    try:
        source = _source(options)
        tapes = _tapes(options, source)
    except SettingsError as error:
        print(f"ws-notebook: {error}", file=sys.stderr)
        return 2

    def ready(url: str) -> None:
        hint = "" if given else f"; token: {token}"
        said = source.said if isinstance(source, Listed) else "model: demo, a script and no AI"
        if tapes is not None:
            said = tapes.said if tapes.replayed is not None else f"{said}; {tapes.said}"
        print(f"ws-notebook server ready at {url} ({said}{hint})", flush=True)

    replayed = None if tapes is None else tapes.replayed
    demo = DemoModel(Pace(options.tokens_per_second, options.first_token))
    server = ServerOptions(
        models=[] if isinstance(source, Listed) or replayed is not None else [demo],
        source=source if replayed is None else replayed,
        taping=None if tapes is None else tapes.taping,
        token=token,
        more_tokens=more_tokens,
        certificate=(options.certfile, options.keyfile) if options.certfile else None,
        **{name: getattr(options, name) for name in ("store", "faults", "host", "port", "with_parent", "parent")},
        limits=_limits(options, profile.limits),
        profile=profile,
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
    finally:
        if tapes is not None:
            tapes.close()
    return 0


class _Version(argparse.Action):
    """Looks the version up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from ws_notebook import __version__

        print(__version__)
        parser.exit()


def _number(read: Callable[[str], N], fits: Callable[[N], bool], wanted: str) -> Callable[[str], N]:
    """How a flag's number is read; *wanted* says which ones fit."""

    def number(text: str) -> N:
        try:
            value = read(text)
        except ValueError:
            kind = "whole number" if read is int else "number"
            raise argparse.ArgumentTypeError(f"must be a {kind}, not {text!r}") from None
        if not fits(value):
            raise argparse.ArgumentTypeError(wanted)
        return value

    return number


_port = _number(int, lambda value: 0 <= value <= 65535, "a port is between 0 and 65535")
_count = _number(int, lambda value: value >= 1, "must be 1 or more")
_not_negative = _number(float, lambda value: 0 <= value < float("inf"), "must be 0 or more")
_READ: dict[type, Callable[[str], Any]] = {int: _count, float: _not_negative}
_positive = _number(float, lambda value: 0 < value < float("inf"), "must be more than 0")


def _host(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty, which would be every network: write 0.0.0.0 or :: if you mean that")
    return text


def _mebibytes(text: str) -> int:
    return int(_positive(text) * 1024 * 1024)


def _fault(text: str) -> object:
    from ws_notebook.server.faults import FaultError, parse_fault

    try:
        return parse_fault(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
