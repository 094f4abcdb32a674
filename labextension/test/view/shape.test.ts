import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun } from '../../src/run/bundle';
import { shapeOf } from '../../src/view/shape';
import { sampleRun } from '../sample';

test('the run in small has every kind of time, in order, and calls before what goes on beside them', () => {
  const run = readRun(sampleRun());
  assert.ok(run !== null);
  const pieces = shapeOf(run, run.duration_ms);
  assert.deepEqual(pieces.map(({ kind }) => kind), ['connect', 'wait', 'text', 'tool', 'text']);
  assert.equal(pieces[0]?.from, 0);
  assert.equal(pieces.at(-1)?.to, 1);
  assert.ok(pieces.every(({ from, to }, index) => from < to && from >= (pieces[index - 1]?.to ?? 0)));
});

test('one with nothing in it has no shape, and ten thousand calls have a short one', () => {
  const run = readRun(sampleRun());
  assert.ok(run !== null);
  assert.deepEqual(shapeOf({ ...run, turns: [] }, 10), []);
  const [turn] = run.turns;
  const call = turn?.calls[0];
  assert.ok(turn !== undefined && call !== undefined);
  const calls = Array.from({ length: 10_000 }, (_none, index) => ({ ...call, spans: [['tool', index, index + 1]] as const }));
  assert.ok(shapeOf({ ...run, turns: [{ ...turn, calls }] }, 10_000).length <= 240);
});
