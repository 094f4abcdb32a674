import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { MIME_TYPE, readRun } from '../../src/run/bundle';
import { runAt } from '../../src/run/replay';

const KEPT = '../tests/kept';
const TEXT = 'The harbour wakes before the town does, and the first boats are.';

for (const name of readdirSync(KEPT).filter(each => each.endsWith('.json'))) {
  test(`a run that was saved by an earlier version is drawn from all that it has: ${name}`, () => {
    const saved = JSON.parse(readFileSync(`${KEPT}/${name}`, 'utf8')) as Record<string, unknown>;
    const run = readRun(saved[MIME_TYPE]);
    assert.ok(run !== null);
    assert.equal(run.text, TEXT);
    assert.equal(run.status, 'completed');
    const calls = run.turns.flatMap(turn => turn.calls);
    assert.deepEqual(calls.map(call => [call.name, call.status]), [['add', 'completed'], ['fail', 'failed']]);
    assert.equal(calls[0]?.output, '5');
    assert.equal(run.turns[0]?.spans[0]?.[0], 'connect');
    assert.equal(runAt(run, run.duration_ms).text, TEXT);
  });
}
