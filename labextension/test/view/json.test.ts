import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indented, jsonMarkdown } from '../../src/view/json';

const VALUE = { name: 'Oslo, "the {capital}"', tags: ['a', []], deep: { empty: {}, n: -1.5e3, no: null, back: '\\' } };

test('JSON is indented as everybody indents it', () => {
  assert.equal(indented(JSON.stringify(VALUE)), JSON.stringify(VALUE, null, 2));
  assert.equal(indented(JSON.stringify(VALUE, null, 7)), JSON.stringify(VALUE, null, 2));
});

test('what is shown of a beginning stays when more comes', () => {
  const text = JSON.stringify(VALUE);
  for (let end = 0; end <= text.length; end++) {
    assert.ok(indented(text).startsWith(indented(text.slice(0, end))));
  }
});

test('JSON stands in a fence, which is closed at its end; prose stays prose', () => {
  assert.equal(jsonMarkdown('{"a":1', true), '```json\n{\n  "a": 1');
  assert.equal(jsonMarkdown('{"a":1}', false), '```json\n{\n  "a": 1\n}\n```');
  assert.equal(jsonMarkdown('I cannot.', false), 'I cannot.');
  assert.equal(jsonMarkdown('{"a":"```"}', false), '{"a":"```"}');
});

test('brackets without end are indented no deeper than people can read', () => {
  assert.ok(indented('['.repeat(20_000)).length < 20_000 * 100);
});
