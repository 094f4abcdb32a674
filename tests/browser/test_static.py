"""Saved runs where nothing of ours is installed: nbconvert's pages, on paper, behind sanitisers, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import nbformat
import pytest
from browser.lab import Theme
from markdown_it import MarkdownIt
from nbclient import NotebookClient
from playwright.sync_api import Browser, Page, expect
from support.started import kernel_environment

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import time
import ws_notebook as wsn

@wsn.tool
def population(city: str) -> int:
    "The number of inhabitants of a city."
    time.sleep(0.1)
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]
"""
ANSWER = r"""**Paris** has more inhabitants. It grows as $p(t) = p_0 e^{r_1 t}$:

~~~python
def grown(p: int, rate: float, years: int) -> float:
    for _ in range(years):
        p *= 1 + rate

    return p
~~~

| town | inhabitants |
|---|---:|
| Paris | 2103000 |
"""
CELLS = [
    SETUP,
    '%%responses\ncall population(city="Paris") and call population(city="Oslo"), then think 0.3 seconds,\n'
    f'then say "{ANSWER}"',
    '%%responses\ncall population(city="Atlantis"), then say "There is no such town."',
    '%%responses\nrefuse "I cannot help with that."',
    'run = wsn.Session(provider="local").start("write 40 words")\n'
    "next(change for change in run.stream() if run.text)\n"
    "run.steer('say \"In short.\"')\nrun.result()",
    'run = wsn.Session(provider="local").start("write 400 words")\n'
    "next(change for change in run.stream() if run.text)\nrun.cancel()\nrun",
]
SAID = (
    *("Paris has more inhabitants", "for _ in range(years)", "p(t) = p_0 e^{r_1 t}"),
    *("There is no such town.", "I cannot help with that."),
    *("steered: say", "In short.", "Stopped."),
)
"""What a reader must find wherever the notebook is opened."""
FIGURES = (
    "turn 1",
    "failed: KeyError: 'Atlantis'",
    "population",
    'city="Paris"',
    "2103000",
    "tokens",
    "wait",
    "reasoning",
)
"""And of the timeline, in its table."""

Template = Literal["lab", "classic"]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Runs with tools, a failure, a refusal, words added on the way, and one that was stopped; made with no page."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    made = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(made, timeout=60, kernel_name="python3")
    client.execute(cwd=str(tmp_path_factory.mktemp("static")), env=kernel_environment())
    assert [len(cell.outputs) for cell in made.cells] == [0, 1, 1, 1, 1, 1]
    return made


Opener = Callable[..., Page]


@pytest.fixture
def converted(notebook: nbformat.NotebookNode, chromium: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens the notebook as nbconvert's HTML. The reader's own preference may differ from the page's theme."""
    contexts = []

    def open_it(theme: Theme = "light", template: Template = "lab", prefers: Theme = "light") -> Page:
        from nbconvert import HTMLExporter

        body, _ = HTMLExporter(theme=theme, template_name=template).from_notebook_node(notebook)
        path = tmp_path / "runs.html"
        path.write_text(body, "utf-8")
        context = chromium.new_context(viewport={"width": 920, "height": 1000}, color_scheme=prefers)
        contexts.append(context)
        # nbconvert's pages ask for MathJax.
        context.route(
            "**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort()
        )
        page = context.new_page()
        page.goto(path.as_uri())
        expect(page.locator(".wsn-static")).to_have_count(5)
        return page

    yield open_it
    for context in contexts:
        context.close()


def words_of(page: Page) -> str:
    return "\n".join(page.locator(".wsn-static").all_inner_texts()).replace("\u00a0", " ")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_of_nbconvert_says_everything_in_its_theme(
    converted: Opener, pictures: Path | None, theme: Theme
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = converted(theme, prefers="dark" if theme == "light" else "light")
    text = words_of(page)
    assert [words for words in SAID if words not in text] == []
    assert page.locator(".wsn-static").locator("script, iframe, link, object").count() == 0
    sources = [image.get_attribute("src") or "" for image in page.locator(".wsn-static img").all()]
    assert len(sources) == 5
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    first = page.locator(".wsn-static img").first
    assert first.evaluate("image => image.naturalWidth") > 0
    assert first.evaluate("image => getComputedStyle(image).colorScheme") == theme
    tables = page.locator("details table")
    for number, summary in enumerate(page.locator("summary", has_text="in figures").all()):
        summary.click()
        expect(tables.nth(number)).to_be_visible()
    shown = words_of(page)
    assert [words for words in FIGURES if words not in shown] == []
    table = tables.first
    assert table.locator("td").first.evaluate("cell => getComputedStyle(cell).textAlign") == "left"
    found = Axe().run(page, ".wsn-static").response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    for summary in page.locator("summary", has_text="in figures").all():
        summary.click()
    if pictures is None:
        return
    bottom = page.locator(".wsn-static").nth(1).evaluate("node => node.getBoundingClientRect().bottom + scrollY")
    clip: Any = {"x": 0, "y": 0, "width": 920, "height": bottom + 12}
    page.screenshot(path=pictures / f"static-{theme}.png", clip=clip, full_page=True)


def test_a_page_that_names_no_theme_leaves_the_palette_to_the_reader(converted: Opener) -> None:
    page = converted(template="classic", prefers="dark")
    text = words_of(page)
    assert [words for words in SAID if words not in text] == []
    first = page.locator(".wsn-static img").first
    assert first.evaluate("image => getComputedStyle(image).colorScheme") == "normal"


def test_on_paper_the_tables_are_open(converted: Opener) -> None:
    page = converted()
    table = page.locator("details table").first
    expect(table).to_be_hidden()
    page.emulate_media(media="print")
    expect(table).to_be_visible()
    shown = words_of(page)
    assert [words for words in FIGURES if words not in shown] == []
    expect(page.get_by_text("Reading the prompt")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


SANITISERS = {
    "no styles": "for (const node of document.querySelectorAll('.wsn-static *')) node.removeAttribute('style');"
    "for (const node of document.querySelectorAll('.jp-OutputArea style')) node.remove();",
    "no pictures": "for (const image of document.querySelectorAll('.wsn-static img')) image.removeAttribute('src');",
    "no images at all": "for (const image of document.querySelectorAll('.wsn-static img')) image.remove();",
    "no details": "for (const node of document.querySelectorAll('.wsn-static :is(details, summary)'))"
    " node.replaceWith(...node.childNodes);",
}


@pytest.mark.parametrize("kept", ["styles", "nothing"])
def test_what_a_sanitiser_leaves_still_tells_it(converted: Opener, kept: str) -> None:
    """A dropped picture leaves its words, the table has its figures, and no fact is told by a colour alone."""
    page = converted()
    for name, script in SANITISERS.items():
        if kept == "nothing" or name != "no styles":
            page.evaluate(f"() => {{ {script} }}")
        if name == "no pictures":
            expect(page.get_by_role("img", name="Timeline of 2 turns and 2 calls").first).to_be_attached()
    text = words_of(page)
    assert [words for words in (*SAID, *FIGURES) if words not in text] == []


def test_it_stays_whole_in_nbconvert_s_markdown(notebook: nbformat.NotebookNode) -> None:
    """HTML in Markdown ends at an empty line: the code of an answer must not hold one."""
    from nbconvert import MarkdownExporter

    body, _ = MarkdownExporter().from_notebook_node(notebook)
    tokens = MarkdownIt("commonmark", {"html": True}).parse(body)
    blocks = [token.content for token in tokens if token.type == "html_block" and "wsn-static" in token.content]
    assert len(blocks) == 5
    assert all(block.count("<div") == block.count("</div>") for block in blocks)
    assert "return p" in blocks[0]


def test_its_markdown_is_what_latex_is_made_of(notebook: nbformat.NotebookNode) -> None:
    """nbconvert hands it to pandoc for LaTeX and PDF, which drops HTML tags: the rest says it all."""
    forms: list[dict[str, Any]] = [cell.outputs[0].data for cell in notebook.cells[1:]]
    text = "\n".join(form["text/markdown"] for form in forms).replace("\u00a0", " ").replace("\\", "")
    wanted = (words.replace("Paris has", "**Paris** has") for words in SAID)
    assert [words for words in wanted if words not in text] == []
    assert 'population(city="Paris")' in text
