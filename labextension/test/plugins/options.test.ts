import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readOptions } from '../../src/plugins/options';
import { BEGINNINGS } from '../../src/view/folds';

const { promptLine: LINE, timeline: TIMELINE } = (
  JSON.parse(readFileSync('schema/settings.json', 'utf8')) as {
    properties: { promptLine: { pattern: string }; timeline: { enum: string[]; default: string } };
  }
).properties;

test('the settings editor refuses a first line that would be ignored', () => {
  for (const line of ['%%responses', '%%responses -s session', 'hello', '%%responsesx', '']) {
    const taken = readOptions({ promptLine: line }).promptLine === line;
    assert.equal(new RegExp(LINE.pattern, 'u').test(line), taken, line);
  }
});

test('timelines begin in the ways that the settings offer', () => {
  assert.deepEqual(TIMELINE.enum, [...BEGINNINGS]);
  assert.equal(readOptions({}).timeline, TIMELINE.default);
  assert.equal(readOptions({ timeline: 'folded' }).timeline, 'folded');
  assert.equal(readOptions({ timeline: 'upside down' }).timeline, TIMELINE.default);
});
