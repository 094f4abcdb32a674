import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Marked } from 'marked';
import { tags } from '../../src/view/tags';

const parser = new Marked({ gfm: true }, tags);
const html = (source: string): string => parser.parse(source, { async: false }).trim();

test('a tag that is named in prose is shown, with all that follows', () => {
  for (const name of ['title', 'script', 'style', 'iframe', 'xmp', 'textarea', 'details', 'plaintext', 'b', 'div', '!--', '/p']) {
    const shown = html(`Use the <${name}> element.\n\nMore.\n\n- item`);
    assert.equal(shown, `<p>Use the &lt;${name}&gt; element.</p>\n<p>More.</p>\n<ul>\n<li>item</li>\n</ul>`, name);
  }
  assert.equal(html('<div onclick="x()">\nfoo\n</div>\n\nbar'), '<p>&lt;div onclick=&quot;x()&quot;&gt;\nfoo</p>\n<p>&lt;/div&gt;</p>\n<p>bar</p>');
  assert.equal(html('A `List<String>`, List<String>, a<b and c>d'), '<p>A <code>List&lt;String&gt;</code>, List&lt;String&gt;, a&lt;b and c&gt;d</p>');
});

test('tags that only mark words are obeyed where they are closed', () => {
  assert.equal(html('H<sub>2</sub>O<br>x <KBD>Tab</KBD>'), '<p>H<sub>2</sub>O<br>x <KBD>Tab</KBD></p>');
  assert.equal(html('<b onmouseover="x()">a</b>'), '<p>&lt;b onmouseover=&quot;x()&quot;&gt;a</b></p>');
});

test('addresses between angles are links still, and code is code', () => {
  assert.equal(html('<https://example.org/>'), '<p><a href="https://example.org/">https://example.org/</a></p>');
  assert.equal(html('```html\n<title>\n```'), '<pre><code class="language-html">&lt;title&gt;\n</code></pre>');
});

test('many signs cost no more than they are long', () => {
  for (const part of ['<', '<b>', '</b>', '<!--', '<title>']) {
    assert.ok(html(part.repeat(5_000)).length > 0, part);
  }
});
