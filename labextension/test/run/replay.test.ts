import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRun } from '../../src/run/bundle';
import { runAt } from '../../src/run/replay';
import { pythonOf } from '../../src/view/python';
import { isWhole, panned, zoomed } from '../../src/view/window';

function replayed() {
  const run = readRun({
    version: 1, id: 'r1', status: 'completed', duration_ms: 1000, text: 'Hello, w😀rld.', prompt: 'Say "hi"',
    session: { provider: 'local', model: 'demo' },
    usage: { output_tokens: 9 },
    turns: [
      {
        id: 'r1.1', status: 'completed', start_ms: 0, end_ms: 500, bytes_sent: 100, usage: { output_tokens: 4 },
        spans: [['wait', 0, 200], ['text', 200, 500]],
        calls: [{ call_id: 'c', name: 'look', arguments: '{}', status: 'completed', start_ms: 300, end_ms: 450, output: 'x', spans: [['queued', 300, 350], ['tool', 350, 450]] }]
      },
      { id: 'r1.2', status: 'completed', start_ms: 500, end_ms: 1000, spans: [['text', 500, 1000]], text: 'Hello, w😀rld.', growth: { text: [600, 7, 100, 2, 100, 5] } }
    ]
  });
  assert.ok(run !== null);
  return run;
}

test('before its end a run stands as it stood then', () => {
  const then = runAt(replayed(), 400);
  assert.equal(then.status, 'in_progress');
  assert.equal(then.turns.length, 1);
  assert.deepEqual(then.turns[0]?.spans, [['wait', 0, 200], ['text', 200, null]]);
  assert.equal(then.turns[0]?.calls[0]?.status, 'running');
  assert.equal(then.turns[0]?.calls[0]?.output, null);
  assert.equal(then.usage.output_tokens, 0);
  assert.equal(runAt(replayed(), 320).turns[0]?.calls[0]?.status, 'queued');
  assert.equal(runAt(replayed(), 460).turns[0]?.calls[0]?.output, 'x');
});

test('a request counts once it is sent', () => {
  const sample = replayed();
  const [first] = sample.turns;
  assert.ok(first !== undefined);
  const run = { ...sample, turns: [{ ...first, bytes_full_context: 120, spans: [['connect', 0, 40], ['send', 40, 60], ['wait', 60, 500]] as const }] };
  assert.deepEqual([runAt(run, 59).bytes.sent, runAt(run, 59).turns[0]?.bytes_sent], [0, 0]);
  assert.deepEqual([runAt(run, 60).bytes.sent, runAt(run, 60).bytes.full_context], [100, 120]);
});

test('text appears piece by piece, and a character of two units never in halves', () => {
  const text = (ms: number) => runAt(replayed(), ms).turns[1]?.text;
  assert.equal(text(599), '');
  assert.equal(text(650), 'Hello, ');
  assert.equal(text(750), 'Hello, w');
  assert.equal(text(999), 'Hello, w😀rld.');
});

test('at its end a run is the run itself', () => {
  const run = replayed();
  assert.equal(runAt(run, 1000), run);
});

test('the time is zoomed about a place that stays, within what there is', () => {
  const near = zoomed({ from: 0, span: 1000 }, 1000, 0.5, 0.5);
  assert.deepEqual(near, { from: 250, span: 500 });
  assert.deepEqual(panned(near, 1000, 10), { from: 500, span: 500 });
  assert.deepEqual(panned(near, 1000, -10), { from: 0, span: 500 });
  assert.ok(isWhole(zoomed(near, 1000, 4, 0.2), 1000));
  assert.equal(zoomed(near, 1000, 1e-9, 0.5).span, 2);
});

test('the Python asks the same again', () => {
  assert.equal(
    pythonOf(replayed()),
    'import ws_notebook as wsn\n\nsession = wsn.Session(provider="local", model="demo", tools=[look])\n' +
      'run = session.ask("Say \\"hi\\"")\nprint(run.text)\n'
  );
  const session = { ...replayed().session, provider: 'host:8000', address: 'http://host:8000/v1', profile: 'openai' };
  const [turn] = replayed().turns;
  assert.ok(turn !== undefined);
  const invented = { ...turn.calls[0]!, name: 'nosuch', status: 'failed' as const, output: '{"error": {"type": "unknown_tool"}}' };
  const code = pythonOf({ ...replayed(), session, turns: [{ ...turn, calls: [...turn.calls, invented] }] });
  assert.ok(code.includes('provider="http://host:8000/v1", profile="openai", model="demo", tools=[look])'));
  assert.ok(pythonOf({ ...replayed(), prompt: 'a\u2028b\u202ec' }).includes('"a\\u2028b\\u202ec"'));
});
