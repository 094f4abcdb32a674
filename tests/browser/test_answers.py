"""How an answer is drawn: nothing of it gets lost, formulas and code look as such, each paragraph has its direction."""

from __future__ import annotations

import json
import re

import pytest
from browser.lab import APPS, App, Lab, Server
from playwright.sync_api import expect
from render.play import HEADER, Play

from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

ANSWER = r"""Use the <title> element; `List<String>` and List<String>, a<b and c>d, H<sub>2</sub>O.

Inline \(a^2+b^2=c^2\) and $e^{i\pi}=-1$; it costs $5 and then $6.

\[
\int_0^1 x^2\,dx = \frac{1}{3}
\]

| left | right |
|:--|---:|
| a | 1.00 |

- [x] done
- [ ] to do
- none
  - [ ] inside

![a *small* plot](data:image/png;base64,iVBORw0KGgo=)

```python
def double(x: int) -> int:
    return 2 * x
```

هذا نص عربي مع كلمة English في الوسط.

From the left again.

3. third
4. fourth

The <textarea> END.
"""


@pytest.mark.parametrize("app", APPS)
def test_all_of_an_answer_is_drawn(server: Server, lab: Lab, app: App) -> None:
    play = Play("Q").send().at(0.2).created("resp_1").text(ANSWER).at(1).completed()
    data = json.loads(json.dumps(mime_bundle(play.run, HEADER)))
    server.put_outputs("answer.ipynb", data)
    lab.open("answer.ipynb", app=app, kernel=False)
    text = lab.output(0).locator(".wsn-text")
    expect(text.locator("mjx-container").first).to_be_attached()
    expect(text.locator("mjx-container")).to_have_count(3)
    expect(text).to_contain_text("Use the <title> element; List<String> and List<String>, a<b and c>d, H2O.")
    expect(text).to_contain_text("it costs $5 and then $6.")
    expect(text).to_contain_text("The <textarea> END.")
    expect(text).to_contain_text("☑ done")
    tasks = text.locator("li", has_text=re.compile("^[☑☐]"))
    expect(tasks).to_have_text(["☑ done", "☐ to do", "☐ inside"])
    assert [each.evaluate("node => getComputedStyle(node).listStyleType") for each in tasks.all()] == ["none"] * 3
    expect(text).to_contain_text("(picture left out: a small plot)")
    expect(text).not_to_contain_text("base64")
    assert text.locator("img").count() == 0
    assert text.locator("pre span[class]").count() > 3
    assert text.locator("ol").get_attribute("start") == "3"
    style = "node => { const { textAlign, direction } = getComputedStyle(node); return [textAlign, direction]; }"
    assert text.locator("td").nth(1).evaluate(style) == ["right", "ltr"]
    assert text.get_by_text("هذا").evaluate(style) == ["start", "rtl"]
    assert text.get_by_text("From the left").evaluate(style) == ["start", "ltr"]
