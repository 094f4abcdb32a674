import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_NEWS, readNews, takeNews, type News } from '../../src/panel/news';
import { TokensToday } from '../../src/panel/spent';
import type { Store } from '../../src/view/store';

const NOON = new Date(2026, 10, 21, 12).getTime();
const DAY = 24 * 3600 * 1000;

function news(...runs: [id: string, tokens: number, started: number][]): News {
  const rows = runs.map(([id, tokens, started]) => ({ id, tokens, started, status: 'completed' }));
  const message = readNews({ kind: 'sessions', whole: true, seq: 1, now: NOON, sessions: [{ id: 's1', runs: rows }] });
  assert.ok(message !== null);
  return takeNews(NO_NEWS, message, NOON) ?? NO_NEWS;
}

class Memory implements Store {
  readonly held = new Map<string, string>();
  getItem(key: string): string | null {
    return this.held.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.held.set(key, value);
  }
}

test('the tokens of all kernels add up; those of other days do not count', () => {
  const tokens = new TokensToday(null);
  tokens.note('one', news(['r1', 10, NOON], ['r2', 5, NOON - DAY]), NOON);
  tokens.note('two', news(['r1', 100, NOON]), NOON);
  assert.equal(tokens.total(NOON), 110);
  tokens.note('one', news(['r1', 12, NOON]), NOON);
  assert.equal(tokens.total(NOON), 112);
  assert.equal(tokens.total(NOON + DAY), 0);
});

test('a reload and a kernel that forgot its runs lose nothing', () => {
  const store = new Memory();
  new TokensToday(store).note('one', news(['r1', 10, NOON]), NOON);
  const later = new TokensToday(store);
  later.note('one', news(['r2', 3, NOON]), NOON);
  assert.equal(later.total(NOON), 13);
});

test('odd words in the storage, or none that can be written, cost nothing but the count', () => {
  for (const odd of ['{', '3', '{"day":"2026-11-21","spent":{"one/s1":{"r1":"many"},"two":4}}']) {
    const store = new Memory();
    store.setItem('ws-notebook:tokens', odd);
    assert.equal(new TokensToday(store).total(NOON), 0);
  }
  const full: Store = {
    getItem: () => null,
    setItem: () => {
      throw new Error('full');
    }
  };
  const tokens = new TokensToday(full);
  tokens.note('one', news(['r1', 10, NOON]), NOON);
  assert.equal(tokens.total(NOON), 10);
});
