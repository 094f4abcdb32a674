import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Marked } from 'marked';
import { dollars, formulaAt, formulas, tooMuch } from '../../src/view/tex';

const parser = new Marked({ gfm: true }, formulas);
const html = (source: string): string => parser.parse(source, { async: false }).trim();
const found = (source: string): string[] => [...html(source).matchAll(/<span class="wsn-tex">([^<]*)<\/span>/g)].map(each => each[1] ?? '');

test('brackets of TeX become dollars outside code', () => {
  const pairs: [string, string][] = [
    ['so \\(x_1 + y\\) is', 'so $x_1 + y$ is'],
    ['\\[\na \\\\ b\n+ c\n\\]', '$$\na \\\\ b\n+ c\n$$'],
    ['see \\[1\\] and \\[2\\]', 'see \\[1\\] and \\[2\\]'],
    ['\\\\(no\\\\)', '\\\\(no\\\\)'],
    ['\\(a\n\nb\\)', '\\(a\n\nb\\)'],
    ['`\\(a\\)` \\(b\\)', '`\\(a\\)` $b$'],
    ['``a ` \\(b\\) `` \\(c\\)', '``a ` \\(b\\) `` $c$'],
    ['```\n\\(a\\)\n```\n\\(b\\)', '```\n\\(a\\)\n```\n$b$'],
    ['~~~~\n\\(a\\)\n~~~\n\\(b\\)\n~~~~\n', '~~~~\n\\(a\\)\n~~~\n\\(b\\)\n~~~~\n'],
    ['a ` alone \\(b\\)', 'a ` alone $b$']
  ];
  for (const [written, read] of pairs) {
    assert.equal(dollars(written), read);
  }
});

test('formulas are kept whole, and sums of money are none', () => {
  assert.deepEqual(found('$a_1 * b * c_1$ and **$x$**'), ['$a_1 * b * c_1$', '$x$']);
  assert.deepEqual(found('$$\na\n+ b\n= c\n$$'), ['$$\na\n+ b\n= c\n$$']);
  assert.deepEqual(found('text\n$$x$$\nmore'), ['$$x$$']);
  assert.deepEqual(found('> $$\n> a\n> $$'), ['$$\na\n$$']);
  assert.deepEqual(found('\\(a < b\\)'), ['$a &lt; b$']);
  for (const none of ['it costs $5 and then $6.', '$ x $', 'a \\$x$ b', '`$x$`', '$$\nx\n\n$$', '$$$', '    $$x$$']) {
    assert.deepEqual(found(none), [], none);
  }
});

test('a formula holds no HTML', () => {
  assert.equal(html('$<script>"$'), '<p><span class="wsn-tex">$&lt;script&gt;&quot;$</span></p>');
});

test('signs without an end cost no more than they are long', () => {
  for (const part of ['$', '$5 ', '$$\n', '$$a\n', '\\(', '`\\)', '\\(`\\)']) {
    const text = part.repeat(5_000);
    assert.ok(dollars(text).length > 0);
    assert.ok(html(text).length > 0, part);
  }
  assert.equal(formulaAt('$'.repeat(100_000)), '');
});

test('a formula that is nested too deep, or too long, stays text', () => {
  const nested = (depth: number): string => '$' + '\\frac{1}{'.repeat(depth) + 'x' + '}'.repeat(depth) + '$';
  assert.deepEqual([nested(20), nested(50)].map(tooMuch), [false, true]);
  assert.ok(tooMuch('$$' + '\\left('.repeat(50) + '\\right)'.repeat(50) + '$$'));
  assert.ok(!tooMuch('$$' + '\\{'.repeat(50) + '$$'));
  assert.ok(tooMuch(`$$${'x + '.repeat(2000)}x$$`));
  assert.equal(html(nested(50)), `<p><code>${nested(50)}</code></p>`);
});
