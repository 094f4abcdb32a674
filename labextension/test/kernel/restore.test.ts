import assert from 'node:assert/strict';
import test from 'node:test';
import { byCell, isMissed, placeOf, viewIn, type KnownView } from '../../src/kernel/restore';
import { MIME_TYPE } from '../../src/run/bundle';

const known = (view: string, more: Partial<KnownView> = {}): KnownView => ({
  view,
  cell: 'c1',
  done: true,
  ended_ms: 1000,
  kept: false,
  ...more
});

test('the views of a kernel are told by cell, in order', () => {
  const all = [known('a'), known('b', { cell: 'c2' }), known('c')];
  assert.deepEqual([...byCell(all)].map(([cell, views]) => [cell, views.map(each => each.view)]), [
    ['c1', ['a', 'c']],
    ['c2', ['b']]
  ]);
});

test('what was in the notebook and ended a while ago has been removed on purpose', () => {
  assert.equal(isMissed(known('a', { kept: true, ended_ms: 40_000 })), false);
  assert.equal(isMissed(known('a', { kept: true })), true);
  assert.equal(isMissed(known('a', { ended_ms: 9e6 })), true);
  assert.equal(isMissed(known('a', { done: false, kept: true, ended_ms: 9e6 })), true);
});

test('an output that is no live view has no name', () => {
  assert.equal(viewIn({ [MIME_TYPE]: { view: 'a' } }), 'a');
  assert.equal(viewIn({ [MIME_TYPE]: { id: 'r1' } }), '');
  assert.equal(viewIn({ 'text/plain': 'a' }), '');
});

test('a view takes the place of what the cell showed before it was run again, and of nothing else', () => {
  assert.equal(placeOf('new', ['', 'old', ''], ['new']), 1);
  assert.equal(placeOf('new', ['', ''], ['new']), null);
  assert.equal(placeOf('new', [], ['new']), null);
});

test('several views of one run of a cell keep their order', () => {
  assert.equal(placeOf('x', ['a', '', 'b'], ['x', 'y', 'z']), 0);
  assert.equal(placeOf('y', ['x', '', 'b'], ['x', 'y', 'z']), 2);
  assert.equal(placeOf('z', ['x', '', 'y'], ['x', 'y', 'z']), null);
});
