import assert from 'node:assert/strict';
import { test } from 'node:test';
import { branchLine } from '../../src/panel/wish';

test('a branch is asked over the session of its run', () => {
  assert.equal(branchLine('', 'r3'), '%%responses --from r3');
  assert.equal(branchLine('-s mine', 'r3'), '%%responses -s mine --from r3');
  assert.equal(branchLine('--transport http', 'r3'), '%%responses --transport http --from r3');
});
