import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun, type Run } from '../../src/run/bundle';
import { endedRun, endingOf, endingWords } from '../../src/run/ending';
import { LiveRun } from '../../src/run/live';
import { rowsOf } from '../../src/view/rows';
import { sampleRun } from '../sample';

/** A run in the middle of its second turn. */
function going(): Record<string, unknown> {
  const call = { call_id: 'call_2', name: 'slow', arguments: '{}', status: 'running', start_ms: 1300, end_ms: null, spans: [['queued', 1300, 1310], ['tool', 1310, null]] };
  const item = { type: 'web_search_call', id: 'ws_1', status: 'in_progress', summary: 'Paris', start_ms: 1250, end_ms: null };
  const turn = { id: 'r7.2', status: 'in_progress', start_ms: 1100, end_ms: null, text: 'About', spans: [['wait', 1100, 1200], ['text', 1200, null]], calls: [call], items: [item] };
  const sample = sampleRun();
  const [first] = sample['turns'] as Record<string, unknown>[];
  return { ...sample, status: 'in_progress', duration_ms: 1400, text: '', turns: [{ ...first, text: 'Wait.' }, turn] };
}

function read(value: Record<string, unknown>): Run {
  const run = readRun(value);
  assert.ok(run !== null);
  return run;
}

test('a run whose kernel ended stands still as it was, and says why', () => {
  const run = endedRun(read(going()), 2000.04, 'restarted');
  assert.equal(run.status, 'cancelled');
  assert.equal(run.duration_ms, 2000);
  assert.equal(run.stopped, 'The kernel was restarted while it ran.');
  assert.equal(run.text, 'Wait.\n\nAbout');
  const turn = run.turns[1];
  assert.equal(turn?.status, 'cancelled');
  assert.equal(turn?.end_ms, 2000);
  assert.deepEqual(turn?.spans, [['wait', 1100, 1200], ['text', 1200, 2000]]);
  assert.deepEqual(turn?.calls.map(call => [call.status, call.end_ms]), [['cancelled', 2000]]);
  assert.deepEqual(turn?.items.map(item => [item.status, item.end_ms]), [['incomplete', 2000]]);
  assert.ok(rowsOf(run).every(row => row.end_ms !== null));
});

test('what had ended before the kernel is not touched', () => {
  const run = read(sampleRun());
  assert.equal(endedRun(run, 9000, 'died'), run);
  const half = read(going());
  assert.equal(endedRun(half, 2000, 'died').turns[0], half.turns[0]);
});

test('a clock that is behind the run takes no time away', () => {
  assert.equal(endedRun(read(going()), 5, 'shut down').duration_ms, 1400);
});

test('each way to end has its words, and a kernel that goes on has none', () => {
  assert.deepEqual(['restarting', 'autorestarting', 'dead', 'terminating', 'busy', 'unknown'].map(endingOf), ['restarted', 'died', 'shut down', 'shut down', null, null]);
  assert.match(endingWords('unknown'), /ended, or was restarted,/);
});

function live(): { run: LiveRun; sent: string[]; refuse: { now: boolean } } {
  const sent: string[] = [];
  const refuse = { now: false };
  const run = new LiveRun(read(going()), message => {
    if (refuse.now) {
      throw new Error('Cannot send');
    }
    sent.push(message.kind);
  });
  return { run, sent, refuse };
}

test('a live run whose kernel ends stops, once, and tells', () => {
  const { run } = live();
  let changes = 0;
  run.changes.addEventListener('change', () => (changes += 1));
  run.end('died');
  // Of one that no kernel has spoken of nothing is known.
  assert.equal(run.run?.status, 'in_progress');
  run.receive({ kind: 'snapshot', seq: 1, now_ms: 1500, run: going() });
  run.end('died');
  run.end('restarted');
  assert.equal(changes, 2);
  assert.equal(run.alone, true);
  assert.equal(run.run?.stopped, 'The kernel ended while it ran, and was started again.');
});

test('a channel that is closed says that the kernel has ended', () => {
  const { run, refuse } = live();
  run.receive({ kind: 'snapshot', seq: 1, now_ms: 1500, run: going() });
  refuse.now = true;
  run.send({ kind: 'stop' });
  assert.equal(run.run?.status, 'cancelled');
  assert.match(run.run?.stopped ?? '', /The kernel ended, or was restarted,/);
});

test('a kernel that speaks after all is asked for the whole', () => {
  const { run, sent } = live();
  run.receive({ kind: 'snapshot', seq: 1, now_ms: 1500, run: going() });
  run.end('unknown');
  run.receive({ kind: 'delta', seq: 2, now_ms: 1600, text: [[1, ' two']] });
  assert.deepEqual([run.alone, sent], [false, ['ready']]);
  run.receive({ kind: 'snapshot', seq: 3, now_ms: 1700, run: going() });
  assert.equal(run.run?.status, 'in_progress');
});
