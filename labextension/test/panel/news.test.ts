import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedNews, leading, NO_NEWS, readNews, running, takeNews, type Message, type News } from '../../src/panel/news';

const NOW = 1_000_000;

function row(id: string, more: object = {}): object {
  return { id, parent: null, prompt: id, status: 'completed', started: NOW, duration_ms: 5, ...more };
}

function session(id: string, runs: object[] = [], more: object = {}): object {
  return { id, condition: 'open', runs, forgotten: [], ...more };
}

function message(seq: number, sessions: object[], more: object = {}): Message {
  const read = readNews({ kind: 'sessions', seq, now: NOW + 250, whole: false, sessions, gone: [], ...more });
  assert.ok(read !== null);
  return read;
}

function taken(news: News, next: Message): News {
  const found = takeNews(news, next, NOW);
  assert.ok(found !== null);
  return found;
}

const first = taken(NO_NEWS, message(7, [session('s1', [row('r1'), row('r2')]), session('s2')], { whole: true }));

test('the whole is where everything begins', () => {
  assert.deepEqual([...first.sessions.keys()], ['s1', 's2']);
  assert.deepEqual([...(first.sessions.get('s1')?.runs.keys() ?? [])], ['r1', 'r2']);
  assert.equal(first.offset, 250);
  assert.equal(takeNews(NO_NEWS, message(1, [session('s1')]), NOW), null);
});

test('changes are added, and what was forgotten is taken out', () => {
  const next = taken(
    first,
    message(8, [session('s1', [row('r2', { mark: 'stale' }), row('r3')], { forgotten: ['r1'] })], { gone: ['s2'] })
  );
  assert.deepEqual([...next.sessions.keys()], ['s1']);
  assert.deepEqual([...(next.sessions.get('s1')?.runs.values() ?? [])].map(each => [each.id, each.mark]), [
    ['r2', 'stale'],
    ['r3', '']
  ]);
  assert.equal(first.sessions.get('s1')?.runs.size, 2);
});

test('after a gap everything has to be asked for', () => {
  assert.equal(takeNews(first, message(9, [session('s1')]), NOW), null);
  assert.equal(takeNews(first, message(7, [session('s1')]), NOW), null);
  assert.equal(taken(first, message(20, [session('s1')], { whole: true })).seq, 20);
});

test('other messages count and change no session', () => {
  const notice = readNews({ kind: 'notice', seq: 8, text: 'No.' });
  assert.deepEqual(notice, { kind: 'notice', seq: 8, text: 'No.' });
  assert.equal(taken(first, notice as Message).sessions, first.sessions);
});

test('what is no message is null, and wrong fields get neutral values', () => {
  for (const nonsense of [null, 3, 'sessions', [], {}, { kind: 'else' }]) {
    assert.equal(readNews(nonsense), null);
  }
  const read = readNews({ kind: 'sessions', sessions: [{ id: 3, runs: [{ status: 'odd', tokens: 'many' }], lanes: null }] });
  assert.ok(read?.kind === 'sessions');
  const told = read.sessions[0];
  assert.equal(told?.session.id, '');
  assert.equal(told?.runs[0]?.status, 'incomplete');
  assert.equal(told?.runs[0]?.tokens, 0);
  assert.deepEqual(told?.session.lanes, { used: 0, limit: 0 });
});

test('the busiest session leads, then the best connected', () => {
  const sessions = [
    session('idle', [], { condition: 'idle' }),
    session('open'),
    session('busy', [row('r1', { status: 'in_progress' })], { condition: 'connecting' })
  ];
  const news = taken(NO_NEWS, message(1, sessions, { whole: true }));
  assert.equal(leading(news)?.id, 'busy');
  assert.equal(running(news.sessions.get('busy')!).length, 1);
  const calm = taken(NO_NEWS, message(1, sessions.slice(0, 2), { whole: true }));
  assert.equal(leading(calm)?.id, 'open');
  assert.equal(leading(NO_NEWS), null);
});

function busyNews(): ReturnType<typeof takeNews> {
  const run = { id: 'r1', status: 'in_progress', started: 1000, duration_ms: null, doing: 'tool', tool: 'slow' };
  const session = { id: 's1', condition: 'open', opened: 500, lanes: { used: 1, limit: 8 }, warms_up: true, tools: [{ name: 'slow', calls: 1, running: 1 }] };
  const done = { ...run, id: 'r0', status: 'completed', duration_ms: 20 };
  const message = readNews({ kind: 'sessions', seq: 1, now: 5000, whole: true, sessions: [{ ...session, runs: [done, run] }], gone: [] });
  assert.ok(message !== null);
  return takeNews(NO_NEWS, message, 3000);
}

test('sessions of a kernel that has ended are closed, with no clock and nothing to stop', () => {
  const known = busyNews();
  assert.ok(known !== null);
  const session = endedNews(known, 4000).sessions.get('s1');
  assert.ok(session !== undefined);
  assert.deepEqual([session.condition, session.opened, session.lanes.used, running(session).length], ['closed', null, 0, 0]);
  assert.deepEqual([...session.runs.values()].map(row => [row.status, row.duration_ms]), [['completed', 20], ['cancelled', 5000]]);
  assert.deepEqual(session.tools.map(tool => tool.running), [0]);
});

test('where nothing was known nothing is', () => {
  assert.equal(endedNews(NO_NEWS, 4000).sessions.size, 0);
});
