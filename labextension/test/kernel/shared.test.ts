import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFirst } from '../../src/kernel/shared';

const document = (clientID: number, ...others: [number, unknown][]): object => ({
  awareness: { clientID, getStates: () => new Map(others) }
});
const user = { user: { name: 'Ada' } };

test('a page of a notebook that nobody shares writes', () => {
  for (const alone of [{}, { awareness: null }, document(7), document(7, [7, {}])]) {
    assert.equal(isFirst(alone, 0), true);
  }
});

test('a page that knows of no other waits a while before it takes itself for the only one', () => {
  assert.equal(isFirst(document(7, [7, user], [1, {}]), 500), false);
  assert.equal(isFirst(document(7, [7, user], [1, {}]), 9000), true);
});

test('of several pages one writes, and the server is none of them', () => {
  assert.equal(isFirst(document(7, [7, user], [9, user]), 500), true);
  assert.equal(isFirst(document(9, [7, user], [9, user]), 500), false);
  assert.equal(isFirst(document(9, [7, {}], [9, user]), 9000), true);
});
