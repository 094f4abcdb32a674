import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layout } from '../../src/batch/grid';
import { steps } from '../../src/batch/lanes';
import { wanted } from '../../src/batch/rows';
import { ended, failures, take, unpack, type Facts } from '../../src/batch/state';
import { factWords, progressWords } from '../../src/batch/words';

const facts: Facts = {
  id: 'r2',
  status: 'in_progress',
  prompt: 'Classify: {text}',
  model: 'demo',
  total: 10,
  counts: { completed: 4, failed: 1, asked: 2, waiting: 3 },
  elapsed_ms: 2000,
  rate: 2.5,
  left_s: 2,
  lanes: { now: 8, most: 16, history: [[0, 16], [1000, 8]] },
  tokens: { input: 1200, cached: 0, output: 30 },
  cost: null,
  errors: [],
  first: [],
  notes: [],
  stopped: ''
};

test('the states of all rows come in a short form', () => {
  assert.equal(new TextDecoder().decode(unpack('c3fw2')), 'cccfww');
  assert.equal(unpack('c9000w1000').length, 10_000);
});

test('what changed is taken over, and where is told', () => {
  const letters = unpack('w6');
  assert.deepEqual(take(letters, { c: [4, 1], a: [2] }), [1, 4]);
  assert.equal(new TextDecoder().decode(letters), 'wcawcw');
  assert.equal(take(letters, {}), null);
});

test('a batch says how far it is', () => {
  assert.equal(ended(facts), 5);
  assert.equal(failures(facts), 1);
  assert.equal(progressWords(facts), '5 of 10 rows, 1 failed');
  assert.ok(factWords(facts).includes('2.5 rows/s'));
  assert.ok(factWords(facts).includes('2.0 s left') || factWords(facts).some(word => word.endsWith('left')));
});

test('all squares fit into the width and, down to the smallest, the height', () => {
  const { size, across, lines } = layout(10_000, 900);
  assert.ok(size >= 2 && across * size <= 900 && lines * size <= 150 && across * lines >= 10_000);
  assert.equal(layout(5, 900).size, 14);
});

test('only the rows in sight, and a few more, are asked for', () => {
  assert.deepEqual(wanted(0, 260, 10_000), [0, 20]);
  const [from, to] = wanted(26 * 5000, 260, 10_000);
  assert.ok(from < 5000 && to > 5010 && to - from < 40);
  assert.deepEqual(wanted(26 * 9995, 260, 10_000)[1], 10_000);
});

test('the lanes are a line of steps', () => {
  assert.match(steps(facts.lanes.history, 16, 2000), /^M0 2\.0H120\.0V13\.5H240$/);
});
