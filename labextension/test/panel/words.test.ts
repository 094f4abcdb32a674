import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNews, type Row } from '../../src/panel/news';
import { doingWords, roughly, statusWords } from '../../src/panel/words';
import { english } from '../../src/texts';

function row(more: object): Row {
  const read = readNews({ kind: 'sessions', sessions: [{ id: 's', runs: [{ id: 'r1', ...more }] }] });
  assert.ok(read?.kind === 'sessions');
  const found = read.sessions[0]?.runs[0];
  assert.ok(found !== undefined);
  return found;
}

test('a run says what it does, then how it ended', () => {
  assert.equal(doingWords(row({ doing: 'tool', tool: 'population' })), 'population…');
  assert.equal(doingWords(row({ doing: 'text' })), 'streaming…');
  assert.equal(doingWords(row({ doing: 'something new' })), 'waiting…');
  assert.equal(statusWords(row({ status: 'completed', duration_ms: 3200 })).replace('\u00a0', ' '), 'done in 3.2 s');
  assert.equal(statusWords(row({ status: 'cancelled' })), 'stopped');
});

test('ages are whole seconds, then whole minutes', () => {
  assert.deepEqual([0, 999, 59_999, 60_000, 3_599_999].map(ms => roughly(ms)), [
    '0 s',
    '0 s',
    '59 s',
    '1 min',
    '59 min'
  ]);
});

test('places are filled in, and plurals chosen', () => {
  assert.equal(english.__('%1 of %2', 3, 5), '3 of 5');
  assert.equal(english.__('%1 of %2', 3), '3 of %2');
  assert.equal(english._n('%1 run', '%1 runs', 1), '1 run');
  assert.equal(english._n('%1 run', '%1 runs', 0), '0 runs');
});
