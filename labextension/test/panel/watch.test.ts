import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Watch } from '../../src/panel/watch';

interface Page {
  readonly watch: Watch;
  /** What the kernel was told: "watch here" by who is still there. */
  readonly sent: string[];
  readonly told: string[];
  looks: boolean;
}

function page(): Page {
  const sent: string[] = [];
  const told: string[] = [];
  const found: Page = {
    sent,
    told,
    looks: true,
    watch: new Watch({
      looks: () => found.looks,
      send: ({ kind, here }) => sent.push(here === true ? `${String(kind)} here` : String(kind)),
      changed: () => told.push('changed'),
      noticed: words => told.push(words)
    })
  };
  return found;
}

const session = (id: string): object => ({ id, condition: 'open', runs: [], forgotten: [] });
const sessions = (seq: number, whole: boolean, ...ids: string[]): object => ({
  kind: 'sessions',
  seq,
  now: 0,
  whole,
  sessions: ids.map(session),
  gone: []
});

test('nothing is asked while nobody looks', () => {
  const hidden = page();
  hidden.looks = false;
  hidden.watch.ask();
  hidden.watch.stay();
  assert.deepEqual(hidden.sent, []);
  hidden.watch.tell();
  hidden.looks = true;
  hidden.watch.tell();
  assert.deepEqual(hidden.sent, ['unwatch', 'watch']);
});

test('news are taken in, and words are passed on', () => {
  const { watch, sent, told } = page();
  watch.receive(sessions(1, true, 's1'));
  watch.receive(sessions(2, false, 's2'));
  watch.receive({ kind: 'notice', seq: 3, text: 'No.' });
  watch.receive({ kind: 'who_is_there', seq: 4 });
  watch.receive({ kind: 'here' });
  assert.deepEqual([...watch.news.sessions.keys()], ['s1', 's2']);
  assert.deepEqual(told, ['changed', 'changed', 'No.']);
  assert.deepEqual(sent, ['watch here']);
});

test('after a gap everything is asked for, once, and nothing is taken in before it comes', () => {
  const { watch, sent, told } = page();
  watch.receive(sessions(1, true, 's1'));
  watch.receive(sessions(3, false, 's3'));
  watch.receive(sessions(4, false, 's4'));
  assert.deepEqual([[...watch.news.sessions.keys()], sent, watch.news.seq], [['s1'], ['watch'], null]);
  watch.receive(sessions(5, true, 's1', 's3', 's4'));
  assert.deepEqual([...watch.news.sessions.keys()], ['s1', 's3', 's4']);
  assert.equal(told.length, 2);
});

test('a kernel that is gone leaves nothing, or what it told, closed', () => {
  const { watch } = page();
  watch.receive(sessions(1, true, 's1'));
  watch.end();
  assert.equal(watch.news.sessions.get('s1')?.condition, 'closed');
  watch.forget();
  assert.equal(watch.news.sessions.size, 0);
});

test('a page on plain http has a name too', () => {
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, 'randomUUID', { configurable: true, value: undefined });
  try {
    assert.doesNotThrow(page);
  } finally {
    Object.defineProperty(crypto, 'randomUUID', { configurable: true, value: randomUUID });
  }
});
