import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun } from '../../src/run/bundle';
import { readMessage, type KernelMessage } from '../../src/run/messages';
import { reduce, startState, type LiveState } from '../../src/run/reduce';
import { sampleRun } from '../sample';

function start(): LiveState {
  const run = readRun({ ...sampleRun(), status: 'in_progress', turns: [] });
  assert.ok(run !== null);
  return startState(run);
}

function message(content: Record<string, unknown>): KernelMessage {
  const read = readMessage({ now_ms: 0, ...content });
  assert.ok(read !== null);
  return read;
}

const turn = { id: 'r7.1', status: 'in_progress', spans: [['wait', 0, null]] };

test('deltas in order build up turns, text and head', () => {
  let state = reduce(start(), message({ kind: 'delta', seq: 1, turns: [[0, turn]], text: [[0, 'Hel']] }));
  state = reduce(state, message({ kind: 'delta', seq: 2, text: [[0, 'lo']], reasoning: [[0, 'hm']], head: { duration_ms: 40 } }));
  assert.equal(state.run.turns[0]?.text, 'Hello');
  assert.equal(state.run.turns[0]?.reasoning, 'hm');
  assert.equal(state.run.duration_ms, 40);
  assert.equal(state.behind, false);
});

test('a new state of a turn keeps the text it has', () => {
  let state = reduce(start(), message({ kind: 'delta', seq: 1, turns: [[0, turn]], text: [[0, 'Hello']] }));
  state = reduce(state, message({ kind: 'delta', seq: 2, turns: [[0, { ...turn, status: 'completed', end_ms: 9 }]] }));
  assert.equal(state.run.turns[0]?.text, 'Hello');
  assert.equal(state.run.turns[0]?.status, 'completed');
});

test('a turn that did not change keeps its identity', () => {
  const first = reduce(start(), message({ kind: 'delta', seq: 1, turns: [[0, turn], [1, turn]] }));
  const second = reduce(first, message({ kind: 'delta', seq: 2, text: [[1, 'x']] }));
  assert.equal(second.run.turns[0], first.run.turns[0]);
  assert.notEqual(second.run.turns[1], first.run.turns[1]);
});

test('a message seen before changes nothing', () => {
  const state = reduce(start(), message({ kind: 'delta', seq: 1, turns: [[0, turn]], text: [[0, 'once']] }));
  assert.equal(reduce(state, message({ kind: 'delta', seq: 1, text: [[0, 'once']] })), state);
});

test('after a gap only a snapshot counts', () => {
  const gap = reduce(start(), message({ kind: 'delta', seq: 3, text: [[0, 'lost']] }));
  assert.equal(gap.behind, true);
  const ignored = reduce(gap, message({ kind: 'delta', seq: 1, turns: [[0, turn]] }));
  assert.equal(ignored.run.turns.length, 0);
  const whole = reduce(ignored, message({ kind: 'snapshot', seq: 5, run: sampleRun() }));
  assert.deepEqual([whole.behind, whole.seq, whole.run.turns.length], [false, 5, 2]);
});

test('a snapshot older than what is shown is ignored', () => {
  const state = reduce(start(), message({ kind: 'snapshot', seq: 5, run: sampleRun() }));
  assert.equal(reduce(state, message({ kind: 'snapshot', seq: 4, run: { ...sampleRun(), id: 'old' } })), state);
});

test('a delta about a turn that cannot exist asks for a snapshot', () => {
  const state = reduce(start(), message({ kind: 'delta', seq: 1, text: [[4, 'x']] }));
  assert.equal(state.behind, true);
  assert.equal(state.run.turns.length, 0);
});
