import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coloured } from '../../src/view/code';
import { mathml } from '../../src/widgets/math';

test('code of a known language has its pieces marked, and nothing else changed', () => {
  const html = coloured('def f(x):\n    return "<b>" # no', 'python') ?? '';
  assert.match(html, /<span class="hljs-keyword">def<\/span>/);
  assert.match(html, /&lt;b&gt;/);
  assert.equal(html.replace(/<[^>]*>/g, ''), 'def f(x):\n    return &quot;&lt;b&gt;&quot; # no');
});

test('every language that is named has its colours, by its other names too', () => {
  for (const name of ['bash', 'sh', 'css', 'js', 'javascript', 'ts', 'json', 'md', 'py', 'python', 'r', 'sql', 'html', 'xml', 'yaml']) {
    assert.notEqual(coloured('x = 1', name), null, name);
  }
  assert.equal(coloured('x', 'no-such-language'), null);
  assert.equal(coloured('x'.repeat(60_000), 'python'), null);
});

test('a formula becomes MathML that links and styles nothing', () => {
  assert.match(mathml('\\frac{1}{2}', false), /^<math><mfrac>/);
  assert.match(mathml('x', true), /^<math display="block"/);
  assert.doesNotMatch(mathml('\\href{javascript:alert(1)}{x}\\class{a}{b}\\includegraphics{https://a.invalid/b}', false), /href=|src=|class="a"/);
  assert.doesNotMatch(mathml('\\frac{', false), /^<math/);
  assert.doesNotMatch(mathml('\\def\\a{\\a\\a}\\a', false), /^<math/);
});
