"""`ws-notebook model`: real language models on this machine."""

from __future__ import annotations

import argparse
import sys

from .flags import failed

__all__ = ["add_model"]


def add_model(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from ws_notebook.shelf.known import KNOWN

    names = ", ".join(f"{model.name} ({model.title}, {model.license})" for model in KNOWN.values())
    model = commands.add_parser(
        "model",
        help="get, list and remove real language models on this machine",
        description="Real language models on this machine, for provider='local'. They lie in the user's cache; "
        "WS_NOTEBOOK_MODELS names another folder.",
    )
    actions = model.add_subparsers(title="actions", required=True, metavar="ACTION")
    get = actions.add_parser("get", help="download a model; installs nothing", description=f"Known: {names}.")
    get.add_argument("name", help="a known name, or hf:OWNER/REPO/FILE.gguf")
    get.set_defaults(run=_get_model)
    actions.add_parser("list", help="what is there").set_defaults(run=_list_models)
    remove = actions.add_parser("remove", help="delete a model")
    remove.add_argument("name")
    remove.set_defaults(run=_remove_model)


def _get_model(options: argparse.Namespace) -> int:
    from ws_notebook.shelf.download import FetchFailed
    from ws_notebook.shelf.get import get
    from ws_notebook.shelf.shelf import shelf

    try:
        found = get(options.name, shelf(), lambda words: print(words, flush=True), _Bar())
    except FetchFailed as error:
        return failed(error)
    print(f"Ready: {found.path}\nUse it: provider='local', model={found.name!r}")
    return 0


def _list_models(options: argparse.Namespace) -> int:
    from ws_notebook.shelf.known import KNOWN
    from ws_notebook.shelf.shelf import shelf

    here = shelf()
    models = here.models()
    print(f"{here.folder}:" if models else f"{here.folder}: no model yet")
    for model in models:
        print(f"  {model.name}  {model.title}, {model.size / 1e6:,.0f} MB, licence {model.license or 'not told'}")
    for known in KNOWN.values():
        if known.name not in {model.name for model in models}:
            print(
                f"  to be had: ws-notebook model get {known.name}  ({known.title}, {known.package_size / 1e6:,.0f} MB)"
            )
    return 0


def _remove_model(options: argparse.Namespace) -> int:
    from ws_notebook.exceptions import SettingsError
    from ws_notebook.shelf.shelf import shelf

    try:
        gone = shelf().remove(options.name)
    except SettingsError as error:
        return failed(error)
    print(f"Removed {gone.path}.")
    return 0


class _Bar:
    """How far a download is: one line that is written over on a terminal, a line for each tenth elsewhere."""

    def __init__(self) -> None:
        self._tenth = -1

    def __call__(self, so_far: int, size: int) -> None:
        tenth = 10 * so_far // size if size else so_far // 10_000_000
        if sys.stdout.isatty():
            print(f"\r  {so_far / 1e6:,.0f} of {size / 1e6:,.0f} MB", end="\n" if so_far >= size else "", flush=True)
        elif tenth > self._tenth:
            print(f"  {so_far / 1e6:,.0f} of {size / 1e6:,.0f} MB", flush=True)
        self._tenth = tenth
