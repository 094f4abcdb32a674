import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginsFolded, isFolded, keepFold, offerFolds } from '../../src/view/folds';
import { FoldStore } from '../../src/view/foldStore';

class Memory {
  readonly held = new Map<string, string>();
  getItem(key: string): string | null {
    return this.held.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.held.set(key, value);
  }
}

test('a fold is kept by notebook and cell, also for the next page', () => {
  const memory = new Memory();
  const store = new FoldStore(memory);
  assert.equal(store.read('a.ipynb', 'c1'), null);
  store.keep('a.ipynb', 'c1', true);
  store.keep('a.ipynb', 'c2', false);
  store.keep('b.ipynb', 'c1', false);
  const next = new FoldStore(memory);
  assert.deepEqual(
    [next.read('a.ipynb', 'c1'), next.read('a.ipynb', 'c2'), next.read('b.ipynb', 'c1')],
    [true, false, false]
  );
});

test('the oldest give way, and what was touched last is the newest', () => {
  const store = new FoldStore(new Memory());
  store.keep('n', 'first', true);
  store.keep('n', 'second', true);
  store.keep('n', 'first', false);
  for (let index = 0; index < 299; index += 1) {
    store.keep('n', `c${index}`, true);
  }
  assert.deepEqual([store.read('n', 'first'), store.read('n', 'second')], [false, null]);
});

test('without a storage, with a full one, or with other words in it, nothing is kept and nothing breaks', () => {
  const full = { getItem: () => '{"folds":[1,["n\\nc","yes"],null]}', setItem: () => assert.fail('full') };
  for (const store of [new FoldStore(null), new FoldStore(full), new FoldStore({ ...full, getItem: () => '{' })]) {
    store.keep('n', 'c', true);
    assert.equal(store.read('n', 'c'), null);
  }
});

test('a timeline begins as the setting says, and stays as its reader left it', () => {
  assert.deepEqual([beginsFolded('folded', 3), beginsFolded('open', 0)], [true, false]);
  assert.deepEqual([0, 1].map(calls => beginsFolded('open when there are calls', calls)), [true, false]);
  const node = {} as Node;
  assert.deepEqual([isFolded(node, 0), isFolded(node, 1)], [true, false]);
  let left: boolean | null = null;
  offerFolds({ beginning: 'folded', read: () => left, keep: (_, folded) => (left = folded) });
  assert.equal(isFolded(node, 1), true);
  keepFold(node, false);
  assert.deepEqual([left, isFolded(node, 0)], [false, false]);
});
