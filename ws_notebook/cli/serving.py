"""What `ws-notebook serve` does with its flags."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .flags import failed

if TYPE_CHECKING:
    from ws_notebook.server.app import ServerOptions
    from ws_notebook.server.limits import Limits
    from ws_notebook.server.models.base import Model
    from ws_notebook.server.models.llama.source import OnThisMachine
    from ws_notebook.server.models.script.story import Story
    from ws_notebook.server.models.upstream.sources import Listed
    from ws_notebook.server.tapes import Tapes

__all__ = ["run_server"]


def run_server(options: argparse.Namespace) -> int:
    from ws_notebook.exceptions import SettingsError
    from ws_notebook.network.network import Network
    from ws_notebook.server.app import ServerOptions
    from ws_notebook.server.models.demo import DemoModel, Pace
    from ws_notebook.server.models.script.nodes import SceneError
    from ws_notebook.server.models.upstream.sources import Listed
    from ws_notebook.server.profiles import PROFILES as SERVED
    from ws_notebook.settings import server_token

    profile = SERVED[options.profile]
    from_environment = server_token()
    given = options.token or ([] if from_environment is None else [from_environment])
    if problem := _wrong(options, given):
        return failed(problem, 2)
    token, *more_tokens = given or [secrets.token_urlsafe(24)]

    try:
        source, scenes = _source(options), _scene_models(options)
        tapes = _tapes(options, source)
    except (SettingsError, SceneError) as error:
        return failed(error, 2)

    replayed = None if tapes is None else tapes.replayed
    demo = DemoModel(Pace(options.tokens_per_second, options.first_token))
    server = ServerOptions(
        models=[*scenes, *([] if isinstance(source, Listed) or replayed is not None else [demo])],
        source=source if replayed is None else replayed,
        taping=None if tapes is None else tapes.taping,
        token=token,
        more_tokens=more_tokens,
        certificate=(options.certfile, options.keyfile) if options.certfile else None,
        network=Network(rtt=options.rtt, bandwidth=options.bandwidth or "", overhead=options.overhead or ""),
        **{name: getattr(options, name) for name in ("store", "faults", "host", "port", "with_parent", "parent")},
        limits=_limits(options, profile.limits),
        profile=profile,
    )

    def said() -> str:
        """What answers, once that was looked for, and the token where nobody gave one."""
        answers = _said(source, _on_this_machine(options), tapes, scenes)
        return answers if given else f"{answers}; token: {token}"

    try:
        _run(server, said, own_tls=bool(options.tls))
    except OSError as error:
        if error.errno is None:  # not the system's: it says all that is to be said
            return failed(error)
        where = f"{options.host}:{options.port}"
        return failed(
            f"cannot serve on {where}: {error.strerror or error}.\n"
            "Choose another --port (0 takes a free one) or --host."
        )
    finally:
        if tapes is not None:
            tapes.close()
    return 0


def _wrong(options: argparse.Namespace, tokens: Sequence[str]) -> str | None:
    """What is wrong with flags that are right one by one, and what to do; None when nothing is."""
    from ws_notebook.server.access import token_problem
    from ws_notebook.settings import SERVER_TOKEN_VARIABLE

    source = "--token" if options.token else f"${SERVER_TOKEN_VARIABLE}"
    for problem in filter(None, map(token_problem, tokens)):
        return f"the token of {source} {problem}. Give a secret of printable characters, or none, and one is made."
    if options.keyfile and not options.certfile:
        return "--keyfile is the key of a certificate: name that too, with --certfile. Without it there is no TLS."
    if options.tls and options.certfile:
        return "--tls self makes a certificate, --certfile names one: give one of them."
    named = next((name for name in ("upstream_api", "upstream_key_variable") if getattr(options, name)), None)
    if named and not options.upstream:
        return f"--{named.replace('_', '-')} is about an upstream: name that too, with --upstream URL."
    if not options.cassette and (options.record or options.model == "replay"):
        flag = "--record" if options.record else "--model replay"
        return f"{flag} is about a cassette: name that too, with --cassette FILE."
    if options.model and options.upstream:
        return "--upstream serves the models of another server, --model one of this machine: give one of them."
    if options.model == "replay" and options.record not in (None, "none"):
        return "--model replay records nothing: leave --record out, or --model replay."
    if options.model == "replay" and options.scenes:
        return "--model replay answers from a cassette alone: leave --scene out, or --model replay."
    if options.upstream and options.models_by_address:
        return "--upstream serves the models of one server, --models-by-address those of any: give one of them."
    return None


def _limits(options: argparse.Namespace, limits: Limits) -> Limits:
    """*limits* with what was given."""
    from dataclasses import fields, replace

    given = {field.name: getattr(options, field.name, None) for field in fields(limits)}
    given["max_body_bytes"] = given["max_message_bytes"]
    return replace(limits, **{name: value for name, value in given.items() if value is not None})


def _on_this_machine(options: argparse.Namespace) -> str | None:
    """The model of this machine that is to be served, where one is named."""
    return None if options.model in (None, "demo", "replay") else str(options.model)


def _scene_models(options: argparse.Namespace) -> list[Model]:
    """The models of the scenes of the command line. SceneError for one that cannot be played, else SettingsError."""
    from ws_notebook.exceptions import SettingsError
    from ws_notebook.scenes import PREFIX, file_of
    from ws_notebook.server.models.script.files import load
    from ws_notebook.server.models.script.model import SceneModel

    stories: dict[str, Story] = {}
    for file in options.scenes:
        name = file_of(file).stem
        if name in stories:
            raise SettingsError(f"Two scenes are called {name!r}: give one of the files another name.")
        stories[name] = load(file)
    named = [(f"{PREFIX}{name}", story) for name, story in stories.items()]
    if named:
        named.append(("script", named[0][1]))
    return [SceneModel(name, story, options.scene_speed) for name, story in named]


def _source(options: argparse.Namespace) -> Listed | OnThisMachine:
    """Where models come from, besides the script. Raises SettingsError for an address or a key that is none."""
    from ws_notebook.exceptions import SettingsError
    from ws_notebook.server.models.llama.engine import EngineOptions
    from ws_notebook.server.models.llama.source import OnThisMachine
    from ws_notebook.server.models.upstream.service import Upstream
    from ws_notebook.server.models.upstream.sources import Addressed, Listed
    from ws_notebook.settings import key_in, resolve
    from ws_notebook.shelf.shelf import missing, shelf

    if not options.upstream:
        engine = EngineOptions(
            prefix_cache=not options.no_prefix_cache,
            idle_seconds=options.model_idle_seconds,
            silence=options.upstream_seconds,
        )
        here, name = shelf(), _on_this_machine(options)
        if name is not None and here.find(name) is None:
            raise SettingsError(missing(name, here.models()))
        beyond = Addressed(options.upstream_seconds) if options.models_by_address else None
        return OnThisMachine(here, engine, only=name, paths=options.models_by_address, beyond=beyond)
    variable = options.upstream_key_variable
    key = key_in(variable)() if variable else None
    url = resolve(options.upstream if "://" in options.upstream else f"http://{options.upstream}").base_url
    return Listed(Upstream(url, key, api=options.upstream_api, silence=options.upstream_seconds))


def _tapes(options: argparse.Namespace, source: Listed | OnThisMachine) -> Tapes | None:
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


def _said(source: Listed | OnThisMachine, local: str | None, tapes: Tapes | None, scenes: Sequence[Model]) -> str:
    """What answers."""
    from ws_notebook.server.models.upstream.sources import Listed

    said = source.said if isinstance(source, Listed) else "model: demo, a script and no AI"
    if local is not None:
        said += f"; model: {local}, on this machine"
    if tapes is not None:
        said = tapes.said if tapes.replayed is not None else f"{said}; {tapes.said}"
    return ", ".join([said, *(f"and {model.name}" for model in scenes)])


def _run(server: ServerOptions, said: Callable[[], str], *, own_tls: bool) -> None:
    """Serve, and say so in one line, with what *said* has to say then in it."""
    import asyncio
    from contextlib import ExitStack
    from dataclasses import replace

    from ws_notebook.server.app import serve
    from ws_notebook.server.certificate import own_certificate

    with ExitStack() as stack:
        trust = ""
        if own_tls:
            certificate, key, trusted = stack.enter_context(own_certificate(server.host))
            server, trust = replace(server, certificate=(certificate, key)), f"; trust: {trusted}"

        def ready(url: str) -> None:
            print(f"ws-notebook server ready at {url} ({said()}{trust})", flush=True)

        asyncio.run(serve(server, ready=ready))
