"""A saved run elsewhere: in Notebook 7, untrusted, with a hostile answer, where the renderer is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.lab import App, Lab, Server
from playwright.sync_api import expect

import ws_notebook as wsn
from ws_notebook.render.bundle import MIME_TYPE

HOSTILE = (
    'before <script>window.harmed = 1</script><img src=x onerror="window.harmed = 2"> '
    "[click](javascript:window.harmed=3) <svg onload='window.harmed=4'></svg> after"
)


@wsn.tool
def echo(text: str) -> str:
    """Say it back."""
    return text


@pytest.fixture(scope="module")
def bundle() -> dict[str, object]:
    """All four forms of a run with a tool call and an answer that would like to do harm."""
    with wsn.Session(provider="local", tools=[echo]) as session:
        run = session.ask([{"role": "user", "content": f"call echo(text={HOSTILE!r}), then say {_quoted(HOSTILE)}"}])
        assert HOSTILE in run.text
        return run._repr_mimebundle_()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


@pytest.fixture
def saved(server: Server) -> Callable[..., str]:
    """Writes a notebook that holds the run as a saved output, and names no kernel."""

    def write(data: dict[str, object], *, trusted: bool) -> str:
        return server.put_outputs("saved.ipynb", data, source="%%responses\n…", trusted=trusted).name

    return write


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_saved_run_is_drawn_without_a_kernel_and_does_no_harm(
    lab: Lab, saved: Callable[..., str], bundle: dict[str, object], app: App, trusted: bool
) -> None:
    lab.open(saved(bundle, trusted=trusted), app=app, kernel=False)
    view = lab.output(0).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-status", "completed")
    expect(view.locator(".wsn-row[data-kind=call]")).to_have_count(1)
    expect(view.locator(".wsn-answer")).to_contain_text("before")
    expect(view.locator(".wsn-answer")).to_contain_text("after")
    assert view.locator("script, [onerror], [onload], a[href^='javascript']").count() == 0
    assert lab.page.evaluate("window.harmed") is None
    assert lab.foreign_requests == []
    lab.screenshot(f"saved-run-{app}-{'trusted' if trusted else 'untrusted'}", of=lab.output(0))


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
def test_the_static_form_is_readable_where_the_extension_is_missing(
    lab: Lab, saved: Callable[..., str], bundle: dict[str, object], trusted: bool
) -> None:
    static = {kind: data for kind, data in bundle.items() if kind != MIME_TYPE}
    lab.open(saved(static, trusted=trusted), kernel=False)
    output = lab.output(0)
    expect(output).to_contain_text("before")
    expect(output).to_contain_text("echo")
    picture = output.locator("img[src^='data:image/svg+xml']").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert lab.page.evaluate("window.harmed") is None
    assert lab.foreign_requests == []
    lab.screenshot(f"static-run-{'trusted' if trusted else 'untrusted'}", of=output)
