import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { valuesIn } from '../../src/cells/values';

const marked = (prompt: string): string[] => valuesIn(prompt).map(({ from, to }) => prompt.slice(from, to));

test('what is marked as a value is what the magic replaces by one', () => {
  const cases = JSON.parse(readFileSync('../tests/batch/braces.json', 'utf8')) as { typed: string; values: string[] }[];
  for (const { typed, values } of cases) {
    assert.deepEqual(marked(typed), values, typed);
  }
});

test('what no longer reads like an expression is text', () => {
  for (const none of ['{x $ y}', '{a.}', '{.a}', '{a, b c}', '{x?}', '{f(x}', '{x)}', '{a = b}', '{True}', '{for x in y}']) {
    assert.deepEqual(marked(none), [], none);
  }
  for (const one of ['{a, b}', '{lambda n: n + x}', '{x is not None}', '{x not in y}', '{a @ b}', '{x["a"]["b"]}', '{grün}', '{[*a][0]}']) {
    assert.equal(marked(one).length, 1, one);
  }
});

test('braces without an end cost no more than they are long', () => {
  for (const part of ['{', '{x', '{{x}', '{(', '$', '_{x}', '\\a{']) {
    assert.ok(marked(part.repeat(5000)).length >= 0);
  }
  assert.deepEqual(marked(`{x}${'y'.repeat(100_000)}`), []);
});
