import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, callsOf, readRun } from '../../src/run/bundle';
import { readMessage } from '../../src/run/messages';
import { sampleRun } from '../sample';

test('a bundle is read as it was written', () => {
  const run = { ...sampleRun(), steers: [{ text: 'be brief', status: 'applied', error: null }] };
  assert.deepEqual(readRun(run), run);
});

test('fields nobody knows are dropped', () => {
  const run = readRun({ ...sampleRun(), future: { deep: true } });
  assert.ok(run !== null && !('future' in run));
});

test('pictures are copies that the bundle holds; no address is taken', () => {
  const copy = 'data:image/png;base64,AA==';
  const urls = [copy, 'https://example.org/a.png', 'data:image/svg+xml;base64,AA==', null];
  const run = readRun({ ...sampleRun(), images: urls.map(url => ({ url, caption: 'plot' })) });
  assert.deepEqual(run?.images.map(image => image.url), [copy, null, null, null]);
});

test('what is no bundle is refused', () => {
  for (const value of [null, undefined, 7, 'text', [], {}]) {
    assert.equal(readRun(value), null);
  }
});

test('wrong types become neutral values instead of errors', () => {
  const run = readRun({ version: 1, status: 'dancing', turns: [{ spans: [['wait', -5, 'x'], ['nap', 0, 1], 3], calls: {} }, null] });
  assert.equal(run?.status, 'incomplete');
  assert.equal(run?.duration_ms, 0);
  assert.deepEqual(run?.turns[0]?.spans, [['wait', 0, null]]);
  assert.deepEqual(run?.turns[1]?.calls, []);
});

test('numbers that are none cannot reach the layout', () => {
  const run = readRun({ version: 1, duration_ms: Infinity, usage: { input_tokens: NaN } });
  assert.equal(run?.duration_ms, 0);
  assert.equal(run?.usage.input_tokens, 0);
});

test('the answer is what the turns say, or the text of the run where they say nothing', () => {
  const run = readRun(sampleRun());
  assert.ok(run !== null);
  assert.equal(answerOf(run), 'About two million.');
  assert.equal(answerOf({ ...run, turns: [] , text: 'kept' }), 'kept');
  assert.equal(callsOf(run).length, 1);
});

test('a message of an unknown kind is no message', () => {
  assert.equal(readMessage({ kind: 'applause', seq: 1 }), null);
  assert.equal(readMessage('snapshot'), null);
  assert.equal(readMessage({ kind: 'snapshot', seq: 1 }), null);
});

test('a delta holds only what it was sent with', () => {
  const delta = readMessage({ kind: 'delta', seq: 2, now_ms: 5, head: { status: 'failed', shoes: 2 }, text: [[0, 'a'], ['x', 'b']] });
  assert.ok(delta?.kind === 'delta');
  assert.deepEqual(delta.head, { status: 'failed' });
  assert.deepEqual(delta.text, [[0, 'a']]);
  assert.deepEqual(delta.turns, []);
});

test('a saved turn finds its text in the text of the run', () => {
  const run = readRun({ version: 1, text: 'One 😀\n\ntwo', turns: [{ text_at: [0, 6] }, {}, { text_at: [8, 11] }] });
  assert.deepEqual(run?.turns.map(turn => turn.text), ['One 😀', '', 'two']);
});

test('a saved run is read from its short strings', () => {
  const run = readRun({
    version: 1,
    turns: [
      {
        spans: 'connect 0 100 wait 350 text 350.5 -',
        usage: '400 128 60 16',
        growth: { text: '25 80 40 10' },
        calls: [{ call_id: 'c', status: 'completed', spans: 'queued 1 2 tool 5.5', output: null }]
      }
    ],
    frames: { types: ['response.create', 'response.created'], rows: '0 1 0 100 177;0 0 1 100 77 2 5' }
  });
  const turn = run?.turns[0];
  assert.deepEqual(turn?.spans, [['connect', 0, 100], ['wait', 100, 350], ['text', 350.5, null]]);
  assert.deepEqual([turn?.start_ms, turn?.end_ms], [0, null]);
  assert.deepEqual(turn?.usage, { input_tokens: 400, cached_tokens: 128, output_tokens: 60, reasoning_tokens: 16 });
  assert.deepEqual(turn?.growth.text, { at_ms: [25, 65], length: [80, 90] });
  const call = turn?.calls[0];
  assert.deepEqual(call?.spans, [['queued', 1, 2], ['tool', 2, 5.5]]);
  assert.deepEqual([call?.start_ms, call?.end_ms, call?.output], [1, 5.5, null]);
  assert.deepEqual(run?.frames.map(frame => [frame.sent, frame.type, frame.count, frame.at_ms, frame.lasted_ms, frame.bytes]), [
    [true, 'response.create', 1, 100, 0, 177],
    [false, 'response.created', 2, 200, 5, 77]
  ]);
});

test('an item has its pictures, one or several, and only those that the bundle itself holds', () => {
  const url = 'data:image/png;base64,AA==';
  const items = [{ image: url }, { images: [url, 'https://example.org/a.png', url] }, { image: 'data:image/svg+xml;base64,AA==' }, {}];
  const run = readRun({ version: 1, turns: [{ items }] });
  assert.deepEqual(run?.turns[0]?.items.map(item => item.images), [[url], [url, url], [], []]);
});

test('what is said of an incomplete run and of its provider is read, and empty where it is not said', () => {
  const session = { provider: 'host', address: 'http://host/v1', profile: 'openai' };
  const run = readRun({ version: 1, status: 'incomplete', reason: 'max_output_tokens', session });
  assert.deepEqual([run?.reason, run?.session.address, run?.session.profile], ['max_output_tokens', 'http://host/v1', 'openai']);
  const bare = readRun({ version: 1 });
  assert.deepEqual([bare?.reason, bare?.session.address, bare?.session.profile], ['', '', '']);
});
