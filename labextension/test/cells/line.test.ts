import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptMarks } from '../../src/cells/line';

function marked(line: string): string[] {
  return promptMarks(line).map(({ kind, from, to }) => `${kind}:${line.slice(from, to)}`);
}

test('the magic, its options and their values are told apart', () => {
  assert.deepEqual(marked('%%responses -t a,b  --new --set "temperature=0.5"'), [
    'magic:%%responses',
    'flag:-t',
    'value:a,b',
    'flag:--new',
    'flag:--set',
    'value:"temperature=0.5"'
  ]);
});

test('quoted words hold together, also while they are being written', () => {
  assert.deepEqual(marked(`%%responses -i "be brief" -i 'and "kind"' -i "half`), [
    'magic:%%responses',
    'flag:-i',
    'value:"be brief"',
    'flag:-i',
    `value:'and "kind"'`,
    'flag:-i',
    'value:"half'
  ]);
  assert.deepEqual(marked(''), []);
});
