import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFirst } from '../src/shared';

const document = (clientID: number, ...others: [number, unknown][]): object => ({
  awareness: { clientID, getStates: () => new Map(others) }
});
const user = { user: { name: 'Ada' } };

test('a page that is alone writes', () => {
  assert.equal(isFirst({}), true);
  assert.equal(isFirst({ awareness: null }), true);
  assert.equal(isFirst(document(7)), true);
  assert.equal(isFirst(document(7, [7, user])), true);
});

test('of several pages one writes, and the server is none of them', () => {
  assert.equal(isFirst(document(7, [7, user], [9, user])), true);
  assert.equal(isFirst(document(9, [7, user], [9, user])), false);
  assert.equal(isFirst(document(9, [7, {}], [9, user])), true);
});
