"""`ws-notebook scene`: scenes that a teacher writes, checked, listed, and made of recordings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .flags import failed

__all__ = ["add_scene"]


def add_scene(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    scene = commands.add_parser(
        "scene",
        help="check scenes for the script model, or make one of a recording",
        description="Scenes are YAML files that the embedded server plays as a model: docs/scenes.md.",
    )
    kinds = scene.add_subparsers(title="commands", required=True, metavar="COMMAND")
    check = kinds.add_parser("check", help="say what is wrong in scenes, with lines; exits 1 where something is")
    check.set_defaults(run=_scene_check)
    check.add_argument("files", nargs="+", metavar="FILE", help="a scene's file, or the name of one of the package")
    made = kinds.add_parser("from", help="make a scene of a cassette, as session.record(path) writes it")
    made.set_defaults(run=_scene_from)
    made.add_argument("cassette", type=Path, metavar="CASSETTE")
    made.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it there (default: print it)")
    made.add_argument("--title", help="the scene's title (default: the cassette's name)")
    kinds.add_parser("list", help="the scenes that come with the package").set_defaults(run=_scene_list)


def _scene_check(options: argparse.Namespace) -> int:
    from ws_notebook.server.models.script.files import load
    from ws_notebook.server.models.script.nodes import SceneError

    wrong = 0
    for file in options.files:
        try:
            story = load(file)
        except SceneError as error:
            wrong += 1
            print(error, file=sys.stderr)
            continue
        count, tools = len(story.questions), ", ".join(story.tools) or "none"
        print(f"{file}: {story.title}: {count} question{'' if count == 1 else 's'}; tools: {tools}")
        for number, question in enumerate(story.questions, 1):
            if question.ask:
                print(f"  {number}. {question.ask}")
    return 1 if wrong else 0


def _scene_from(options: argparse.Namespace) -> int:
    from ws_notebook.cassette import Cassette
    from ws_notebook.exceptions import SettingsError
    from ws_notebook.server.models.script.written import scene_text

    try:
        text = scene_text(Cassette.load(options.cassette), options.title or options.cassette.stem)
        if options.output is None:
            print(text, end="")
        else:
            with options.output.open("x", encoding="utf-8") as file:
                file.write(text)
            print(f"Written: {options.output}. Play it with model 'scene:{options.output}'.")
    except FileExistsError:
        return failed(f"{options.output} is there already. Name another file.")
    except (SettingsError, ValueError) as error:
        return failed(error)
    except OSError as error:
        return failed(f"{options.output} cannot be written: {error.strerror or error}.")
    return 0


def _scene_list(_: argparse.Namespace) -> int:
    from ws_notebook.scenes import PREFIX, names
    from ws_notebook.server.models.script.files import load

    for name in names():
        print(f"{PREFIX + name:24} {load(name).about}")
    return 0
