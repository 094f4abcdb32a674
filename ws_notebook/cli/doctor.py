"""`ws-notebook doctor`: what works between this machine and a provider."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .flags import positive

if TYPE_CHECKING:
    from ws_notebook.settings import Settings

__all__ = ["add_doctor"]


def add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    add("--timeout", type=positive, default=10.0, metavar="S", help="seconds for each step (default: 10)")
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
