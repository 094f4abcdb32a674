import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun, type Run, type Steer } from '../../src/run/bundle';
import { readMessage } from '../../src/run/messages';
import { reduce, startState } from '../../src/run/reduce';
import { steerLines, stillSending } from '../../src/view/steering';
import { sampleRun } from '../sample';

function run(steers: unknown, status = 'in_progress'): Run {
  const read = readRun({ ...sampleRun(), status, steers });
  assert.ok(read !== null);
  return read;
}

const steer = (text: string, status: Steer['status'] = 'sent', error: string | null = null): Steer => ({ text, status, error });

test('a run without steers has none to show', () => {
  assert.deepEqual(run(undefined).steers, []);
  assert.deepEqual(steerLines(run(undefined), []), []);
});

test('a steer says what became of it', () => {
  const all = (['queued', 'sent', 'accepted', 'pending', 'applied', 'failed'] as const).map(status => steer('x', status));
  assert.deepEqual(
    steerLines(run(all), []).map(line => line.words),
    ['waits for the next request', 'sent', 'accepted', 'waits for tools', 'applied', 'not applied']
  );
});

test('a refused steer says why', () => {
  assert.equal(steerLines(run([steer('x', 'failed', 'Too late.')]), [])[0]?.words, 'not applied — Too late.');
});

test('the reason of a refusal turns no other words', () => {
  assert.equal(steerLines(run([steer('x', 'failed', '\u202eno')]), [])[0]?.words, 'not applied — \\u202eno');
});

test('what a run had not used when it ended was not applied', () => {
  const lines = steerLines(run([steer('a', 'applied'), steer('b', 'accepted'), steer('c', 'failed')], 'cancelled'), ['d']);
  const late = 'not applied: the run ended first';
  assert.deepEqual(lines.map(line => line.words), ['applied', late, 'not applied', late]);
});

test('words on their way stand behind those the kernel knows', () => {
  const lines = steerLines(run([steer('a')]), ['b']);
  assert.deepEqual(lines.map(line => [line.text, line.status]), [['a', 'sent'], ['b', 'sending']]);
});

test('words are on their way until the kernel tells of them, once for each time', () => {
  assert.deepEqual(stillSending(['a', 'b', 'a'], [steer('other'), steer('a')]), ['b', 'a']);
  assert.deepEqual(stillSending(['a'], []), ['a']);
});

test('a delta brings steers, and one that names none leaves them', () => {
  const message = (content: object) => {
    const read = readMessage({ kind: 'delta', now_ms: 0, ...content });
    assert.ok(read !== null);
    return read;
  };
  let state = reduce(startState(run([])), message({ seq: 1, head: { steers: [steer('a', 'accepted')] } }));
  state = reduce(state, message({ seq: 2, head: { duration_ms: 5 } }));
  assert.deepEqual(state.run.steers, [steer('a', 'accepted')]);
});

test('a steer of an unknown form is repaired', () => {
  assert.deepEqual(run([{ text: 'a', status: 'odd', error: 4 }, 7]).steers, [steer('a'), steer('')]);
});
