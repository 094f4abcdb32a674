import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun, type Call, type Run } from '../../src/run/bundle';
import { readArguments, readMessage, readProblem } from '../../src/run/messages';
import { argumentsProblem, deadlineWords, isWhole, sizeWords, unsaidWords, waitingOf } from '../../src/view/approvals';
import { rowsOf } from '../../src/view/rows';
import { sampleRun } from '../sample';

function run(changes: object, status = 'in_progress'): Run {
  const sample = sampleRun() as { turns: { calls: object[] }[] };
  const [first] = sample.turns;
  assert.ok(first?.calls[0] !== undefined);
  first.calls[0] = { ...first.calls[0], ...changes };
  const read = readRun({ ...sample, status });
  assert.ok(read !== null);
  return read;
}

const approval = (more: object = {}): object => ({
  approval: { decision: '', reason: '', arguments: null, deadline_ms: null, default: 'deny', prompted: false, ...more }
});

function call(changes: object): Call {
  const found = run(changes).turns[0]?.calls[0];
  assert.ok(found !== undefined);
  return found;
}

test('only calls that wait are asked about, each by turn and call', () => {
  assert.deepEqual(waitingOf(run({})), []);
  const [waiting, ...others] = waitingOf(run({ status: 'awaiting_approval', ...approval() }));
  assert.equal(others.length, 0);
  assert.equal(waiting?.key, `${waiting?.turn} ${waiting?.call.call_id}`);
});

test('what is left of the time is counted in whole seconds, with what comes then', () => {
  const waiting = call({ spans: [['approval', 1000, null]], ...approval() });
  assert.equal(deadlineWords(waiting, 3000), '');
  assert.equal(deadlineWords(waiting, 13_900).replace('\u00a0', ' '), 'for 12 s');
  assert.equal(deadlineWords(call(approval({ deadline_ms: 12_000 })), 200).replace('\u00a0', ' '), 'denied in 12 s');
  assert.equal(deadlineWords(call(approval({ deadline_ms: 12_000, default: 'approve' })), 9_500).replace('\u00a0', ' '), 'runs in 3.0 s');
  assert.equal(deadlineWords(call(approval({ deadline_ms: 12_000 })), 20_000), 'denied in a moment');
});

test('what the arguments do not tell is told beside them', () => {
  const asked = { length: 25_000, digest: '0f5ac3d9', defaults: '{"days": 30}', repeated: ['pa\u202eth'] };
  const found = call(approval({ asked }));
  assert.equal(isWhole(found), false);
  assert.equal(sizeWords(found), '25\u2009000 characters · SHA-256 0f5ac3d9…');
  assert.equal(
    unsaidWords(found),
    '“pa\\u202eth” is written more than once: the last one counts.\nBy default also: {"days": 30}'
  );
});

test('a call of which nothing more is known is taken as it is', () => {
  for (const found of [call(approval()), call({ approval: null }), call(approval({ asked: { length: 20_000 } }))]) {
    assert.equal(isWhole(found), true);
    assert.equal(sizeWords(found), '');
    assert.equal(unsaidWords(found), '');
  }
});

test('all of the arguments come in a message of their own', () => {
  const message = { kind: 'arguments', turn: 'r1.1', call: 'c1', text: '{"a": 1}' };
  assert.deepEqual(readArguments(message), { turn: 'r1.1', call: 'c1', text: '{"a": 1}' });
  assert.equal(readArguments({ kind: 'frames' }), null);
  assert.equal(readMessage(message), null);
});

test('arguments are a JSON object', () => {
  assert.equal(argumentsProblem('{"a": 1}'), '');
  assert.match(argumentsProblem('{"a": '), /This is not JSON/);
  for (const text of ['[1]', '"a"', 'null', '3']) {
    assert.match(argumentsProblem(text), /The arguments are a JSON object/);
  }
});

test('a message about a decision that was not taken is no news of the run', () => {
  const message = { kind: 'problem', turn: 'r1.1', call: 'call_1', message: 'days: not a number' };
  assert.deepEqual(readProblem(message), { turn: 'r1.1', call: 'call_1', message: 'days: not a number' });
  assert.equal(readMessage(message), null);
  assert.equal(readProblem({ kind: 'delta', seq: 1 }), null);
});

test('a row says how its call came to run, and how far it is', () => {
  const spans = [['approval', 0, 2000], ['tool', 2000, 2100]];
  const row = (changes: object, status?: string): string =>
    rowsOf(run(changes, status)).find(each => each.kind === 'call')?.label.replaceAll('\u00a0', ' ') ?? '';
  const done = { status: 'completed', spans, start_ms: 0, end_ms: 2100, output: '5' };
  assert.equal(row({ ...done, ...approval({ decision: 'approved' }) }), '100 ms, approved after 2.0 s → 5');
  assert.equal(row({ ...done, ...approval({ decision: 'edited' }) }), '100 ms, approved with other arguments after 2.0 s → 5');
  assert.equal(row({ ...done, ...approval({ decision: 'timeout' }) }), '100 ms, run without a decision after 2.0 s → 5');
  const running = { status: 'running', spans, end_ms: null, output: null };
  assert.equal(row(running), 'running…');
  assert.equal(row({ ...running, progress: { fraction: 0.4, text: 'reading', partial: null, count: 0 } }), '40 % · reading');
  assert.equal(row({ ...running, progress: { fraction: null, text: '', partial: 'the third', count: 3 } }), '3: the third');
});
