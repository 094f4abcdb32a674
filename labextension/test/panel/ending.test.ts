import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedNews } from '../../src/panel/ending';
import { NO_NEWS, readNews, running, takeNews } from '../../src/panel/news';

function news(): ReturnType<typeof takeNews> {
  const run = { id: 'r1', status: 'in_progress', started: 1000, duration_ms: null, doing: 'tool', tool: 'slow' };
  const session = { id: 's1', condition: 'open', opened: 500, lanes: { used: 1, limit: 8 }, warms_up: true, tools: [{ name: 'slow', calls: 1, running: 1 }] };
  const done = { ...run, id: 'r0', status: 'completed', duration_ms: 20 };
  const message = readNews({ kind: 'sessions', seq: 1, now: 5000, whole: true, sessions: [{ ...session, runs: [done, run] }], gone: [] });
  assert.ok(message !== null);
  return takeNews(NO_NEWS, message, 3000);
}

test('sessions of a kernel that has ended are closed, with no clock and nothing to stop', () => {
  const known = news();
  assert.ok(known !== null);
  const session = endedNews(known, 4000).sessions.get('s1');
  assert.ok(session !== undefined);
  assert.deepEqual([session.condition, session.opened, session.lanes.used, running(session)], ['closed', null, 0, 0]);
  assert.deepEqual([...session.runs.values()].map(row => [row.status, row.duration_ms]), [['completed', 20], ['cancelled', 5000]]);
  assert.deepEqual(session.tools.map(tool => tool.running), [0]);
});

test('where nothing was known nothing is', () => {
  assert.equal(endedNews(NO_NEWS, 4000).sessions.size, 0);
});
