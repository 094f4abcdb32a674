import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun, type Run } from '../../src/run/bundle';
import { ageOf, labelOf, rowsAt, rowsOf, spansInWords } from '../../src/view/rows';
import { sampleRun } from '../sample';

type Json = Record<string, unknown>;

function read(change: (run: Json, call: Json, turn: Json) => void = () => undefined): Run {
  const json = sampleRun();
  const turn = (json['turns'] as Json[])[0] as Json;
  change(json, (turn['calls'] as Json[])[0] as Json, turn);
  const run = readRun(json);
  assert.ok(run !== null);
  return run;
}

function labels(run: Run): string[] {
  return rowsOf(run).map(row => row.label.replaceAll('\u00a0', ' '));
}

test('turns and their calls follow each other', () => {
  const rows = rowsOf(read());
  assert.deepEqual(rows.map(row => [row.kind, row.name, row.aside]), [
    ['turn', 'turn 1', ''],
    ['call', 'population', 'city="Paris"'],
    ['turn', 'turn 2', '']
  ]);
});

test('a turn on a lane names it', () => {
  assert.equal(rowsOf(read((_json, _call, turn) => Object.assign(turn, { lane: 'left' })))[0]?.aside, 'left');
});

test('a finished row says how long it took and what came of it', () => {
  assert.deepEqual(labels(read()), ['0.80 s', '240 ms → 2103000', '0.48 s · 214 tok/s']);
});

test('time in the queue is told apart from that of the function', () => {
  const run = read((_json, call) => Object.assign(call, { end_ms: 1280, spans: [['queued', 770, 1010], ['tool', 1010, 1280]] }));
  assert.equal(labels(run)[1], '270 ms, after 240 ms in the queue → 2103000');
});

test('a running row says what it does and has no end', () => {
  const run = read((json, call, turn) => {
    json['status'] = 'in_progress';
    Object.assign(turn, { status: 'in_progress', end_ms: null, spans: [['text', 700, null]] });
    Object.assign(call, { status: 'running', end_ms: null, output: null });
  });
  assert.deepEqual(labels(run).slice(0, 2), ['streaming…', 'running…']);
  assert.deepEqual(rowsOf(run).map(row => row.end_ms), [null, null, 1500]);
});

test('what waits for long says for how long, and what streams does not', () => {
  const run = read((json, call, turn) => {
    json['status'] = 'in_progress';
    Object.assign(turn, { status: 'in_progress', end_ms: null, spans: [['wait', 700, null]] });
    Object.assign(call, { status: 'awaiting_approval', end_ms: null, output: null, spans: [['approval', 770, null]] });
  });
  const told = (now: number): string[] => rowsOf(run).map(row => labelOf(row, now).replaceAll('\u00a0', ' '));
  assert.deepEqual(told(5600).slice(0, 2), ['waiting…', 'awaiting approval…']);
  assert.deepEqual(told(13_000), ['waiting… 12 s', 'awaiting approval… 12 s', '0.48 s · 214 tok/s']);
  assert.deepEqual(ageOf([['text', 0, null]], 65_400).replaceAll('\u00a0', ' '), '1 min 5 s');
  const [streaming] = rowsOf(read((json, _call, turn) => {
    json['status'] = 'in_progress';
    Object.assign(turn, { status: 'in_progress', end_ms: null, spans: [['text', 700, null]] });
  }));
  assert.ok(streaming !== undefined);
  assert.equal(labelOf(streaming, 60_000), 'streaming…');
});

test('an approval tells how long it was waited for', () => {
  const run = read((_json, call) => {
    Object.assign(call, { output: null, spans: [['approval', 770, 1270], ['tool', 1270, 1300]], end_ms: 1300 });
  });
  assert.equal(labels(run)[1], '30 ms, approved after 0.50 s');
});

test('a call that went wrong says why', () => {
  const run = read((_json, call) => Object.assign(call, { status: 'failed', output: null, error: 'ValueError: no such city' }));
  assert.equal(labels(run)[1], 'failed: ValueError: no such city');
  assert.equal(rowsOf(run)[1]?.tone, 'bad');
});

test('foreign words hide nothing in a row', () => {
  const run = read((_json, call, turn) => {
    Object.assign(call, { name: 'p\u200bay', arguments: '{"to":"a\\u202e001"}', status: 'denied', output: null, error: '\u202e 100' });
    Object.assign(turn, { lane: 'l\u2066' });
  });
  const [turn, call] = rowsOf(run);
  assert.deepEqual([turn?.aside, call?.name, call?.aside, call?.label], ['l\\u2066', 'p\\u200bay', 'to="a\\u202e001"', 'denied: \\u202e 100']);
});

test('a fault that somebody had set is told in its turn, and not before its moment', () => {
  const rule = 'duplicate at response.output_text.delta';
  const faults = [{ at_ms: 100, rule }, { at_ms: 200, rule, event: 'x' }, { rule: 'drop at error', at_ms: 300 }];
  const run = read((_json, _call, turn) => Object.assign(turn, { faults }));
  assert.equal(labels(run)[0], `0.80 s · fault: ${rule} × 2, drop at error`);
  assert.equal(rowsOf(run)[0]?.tone, 'warn');
  assert.ok(rowsAt(run, 150)[0]?.label.endsWith(`fault: ${rule}`));
  const odd = read((_json, _call, turn) => Object.assign(turn, { faults: 'none' }));
  assert.deepEqual(odd.turns[0]?.faults, []);
});

test('a recovered turn says so, a stopped one too', () => {
  const recovered = (cause: string) => labels(read((_json, _call, turn) => Object.assign(turn, { recovered: cause })))[0];
  assert.equal(recovered('connection_lost'), '0.80 s · history sent again: the connection was lost');
  assert.equal(recovered('rate_limit_exceeded'), '0.80 s · sent again: rate limit');
  assert.equal(labels(read((_json, _call, turn) => Object.assign(turn, { status: 'cancelled' })))[0], 'stopped after 0.80 s');
});

test('what a saved run left open ends with the run', () => {
  const run = read((_json, call, turn) => {
    Object.assign(turn, { status: 'incomplete', end_ms: null });
    Object.assign(call, { status: 'unanswered', end_ms: null, output: null });
  });
  assert.deepEqual(rowsOf(run).map(row => row.end_ms), [1500, 1020, 1500]);
});

test('kinds of time are added up in words', () => {
  const words = spansInWords([['wait', 0, 300], ['text', 300, 400], ['wait', 400, null]], 500);
  assert.equal(words.replaceAll('\u00a0', ' '), 'wait 400 ms, text 100 ms');
});

test('a hosted call that runs or ran has a row; an item without times has none', () => {
  const found = { type: 'web_search_call', id: 'ws_1', status: 'completed', summary: 'search "tides"', start_ms: 100, end_ms: 400 };
  const running = { ...found, id: 'ws_2', status: 'in_progress', summary: 'searching…', end_ms: null };
  const failed = { ...found, id: 'ws_3', status: 'failed' };
  const run = read((json, _call, turn) => {
    Object.assign(turn, { items: [found, running, failed, { ...found, start_ms: undefined }] });
    json['status'] = 'in_progress';
  });
  const rows = rowsOf(run).filter(row => row.name === 'web search');
  assert.deepEqual(rows.map(row => [row.aside, row.label.replaceAll('\u00a0', ' '), row.end_ms, row.tone]), [
    ['search "tides"', '300 ms', 400, 'plain'],
    ['', 'searching…', null, 'warn'],
    ['search "tides"', 'failed', 400, 'bad']
  ]);
  assert.equal(rowsOf(run).find(row => row.name === 'web search')?.source, rows[0]?.source);
  const [source] = rows.map(row => row.source);
  assert.ok(source !== undefined && 'call_id' in source);
  assert.deepEqual([source.arguments, source.output], ['', 'search "tides"']);
});

test('while it is replayed all rows are there, and those that had not begun say nothing but their names', () => {
  const run = read();
  const told = (ms: number) => rowsAt(run, ms).map(row => [row.key, row.name, row.label.replaceAll('\u00a0', ' '), row.spans.length]);
  assert.deepEqual(told(775), [['0', 'turn 1', 'streaming…', 3], ['0.0', 'population', 'queued…', 1], ['1', 'turn 2', '', 0]]);
  assert.deepEqual(told(1100), [['0', 'turn 1', '0.80 s', 3], ['0.0', 'population', '240 ms → 2103000', 2], ['1', 'turn 2', 'streaming…', 1]]);
});

test('a call that has ended keeps its row', () => {
  const run = read();
  assert.equal(rowsOf({ ...run, duration_ms: 1600 })[1], rowsOf(run)[1]);
});
