import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun, type Run } from '../../src/run/bundle';
import type { CallStatus } from '../../src/run/words';
import { allFailed, amountsOf, durationOf, nameOf, statusOf, totalsLine, totalsOf, waiting } from '../../src/view/summary';
import { sampleRun } from '../sample';

function read(change: Record<string, unknown> = {}): Run {
  const run = readRun({ ...sampleRun(), ...change });
  assert.ok(run !== null);
  return run;
}

/** The run with calls that ended so. */
function withCalls(...statuses: CallStatus[]): Run {
  const run = read();
  const [first] = run.turns;
  const call = first?.calls[0];
  assert.ok(first !== undefined && call !== undefined);
  return { ...run, turns: [{ ...first, calls: statuses.map(status => ({ ...call, status })) }] };
}

function spaced(text: string): string {
  return text.replace(/[\u00a0\u2009]/g, ' ');
}

test('a run is named as --from takes it, with what it continues', () => {
  assert.equal(nameOf(read()), 'r7 (from r6)');
  assert.equal(nameOf(read({ parent: undefined })), 'r7');
  assert.equal([...nameOf(read({ parent: `resp_${'9'.repeat(80)}` }))].length, 'r7 (from )'.length + 40);
});

test('its state says how many calls failed', () => {
  assert.equal(statusOf(withCalls('completed', 'denied')), 'completed');
  assert.equal(statusOf(withCalls('failed', 'timed_out', 'failed')), 'completed · 3 calls failed');
  assert.equal(statusOf(withCalls('failed')), 'completed · 1 call failed');
  assert.equal(statusOf(withCalls('completed', 'failed', 'completed')), 'completed · 1 of 3 calls failed');
  assert.deepEqual([allFailed(withCalls('failed')), allFailed(withCalls('failed', 'completed')), allFailed(withCalls())], [true, false, false]);
});

test('one that goes on says so, or that it waits', () => {
  assert.equal(statusOf(read({ status: 'in_progress' })), 'running');
  assert.equal(statusOf(read({ status: 'in_progress', turns: [] })), 'queued');
  const held = { ...(sampleRun()['turns'] as object[])[0], retry_at_ms: 3000, recovered: 'server_unavailable' };
  assert.equal(waiting(read({ status: 'in_progress', turns: [held] }), 1500), 'Server not available: asks again in 2 s');
  assert.equal(waiting(read({ status: 'in_progress', turns: [held] }), 3000), null);
});

test('its facts are told in words', () => {
  const run = read();
  assert.deepEqual(amountsOf(run), ['2 turns', '1 call']);
  assert.deepEqual(amountsOf({ ...run, status: 'in_progress' }), ['turn 2', '1 call']);
  assert.equal(spaced(durationOf(3200, null)), '3.2 s');
  assert.equal(spaced(durationOf(700, run)), '0.7 of 1.5 s');
});

test('what was sent is told in words', () => {
  assert.equal(spaced(totalsLine(totalsOf(read()))), '1.9 kB sent, 91 % less than HTTP · 812 → 187 tokens');
  const session = { ...read().session, transport: 'http' };
  assert.equal(spaced(totalsLine(totalsOf({ ...read(), session }))), '1.9 kB sent · 812 → 187 tokens');
  assert.equal(totalsLine(totalsOf(read({ usage: {}, bytes: {} }))), '');
});
