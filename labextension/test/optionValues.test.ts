import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readOptions } from '../src/optionValues';

const LINE = (JSON.parse(readFileSync('schema/settings.json', 'utf8')) as { properties: { promptLine: { pattern: string } } })
  .properties.promptLine;

test('the settings editor refuses a first line that would be ignored', () => {
  for (const line of ['%%responses', '%%responses -s session', 'hello', '%%responsesx', '']) {
    const taken = readOptions({ promptLine: line }).promptLine === line;
    assert.equal(new RegExp(LINE.pattern, 'u').test(line), taken, line);
  }
});
