from __future__ import annotations

import json

from render.play import HEADER, capitals

from ws_notebook.render.bundle import MIME_TYPE, bundle
from ws_notebook.render.compact import expand
from ws_notebook.render.mime import mime_bundle, mime_bundle_of

__all__: list[str] = []


def test_a_run_has_four_forms() -> None:
    run = capitals().run
    found = mime_bundle(run, HEADER)
    assert list(found) == [MIME_TYPE, "text/html", "text/markdown", "text/plain"]
    assert MIME_TYPE == "application/vnd.ws-notebook.run.v1+json"
    assert expand(found[MIME_TYPE]) == bundle(run, HEADER)


def test_a_saved_run_looks_as_it_did() -> None:
    found = mime_bundle(capitals().run, HEADER)
    assert mime_bundle_of(json.loads(json.dumps(found[MIME_TYPE]))) == found
