#!/bin/sh
# Playwright for Python 1.55.0 (1.65.2 likewise), its synchronous interface.
# A listener may be no built-in: page.on("websocket", frames.append), and likewise print, raises AttributeError:
# 'builtin_function_or_method' object has no attribute '_pw_impl_instance_'. What it wraps a listener in it keeps as an
# attribute of the function (of a method: of its object), and built-ins take no attributes. A function of one's own and a
# method of a class work. No browser is needed to see it.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check playwright==1.55.0
"$dir/env/bin/python" - <<'PYTHON'
from playwright.sync_api import sync_playwright

WORDS = "'builtin_function_or_method' object has no attribute '_pw_impl_instance_'"


class Heard:
    def hear(self, frame: object) -> None:
        pass


with sync_playwright() as playwright:
    context = playwright.request.new_context()
    frames: list[object] = []
    for name, listener in (("list.append", frames.append), ("print", print)):
        try:
            context.on("frame", listener)
        except AttributeError as error:
            print(f"{name}: {error}")
            assert str(error) == WORDS, error
        else:
            raise SystemExit(f"{name} is taken")
    for name, listener in (("a function", lambda frame: frames.append(frame)), ("a method", Heard().hear)):
        context.on("frame", listener)
        print(f"{name}: taken")
    context.dispose()
PYTHON
