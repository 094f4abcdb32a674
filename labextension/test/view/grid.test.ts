import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableExhibit } from '../../src/run/bundle';
import { gridOf } from '../../src/view/grid';

const table = (more: Partial<TableExhibit> = {}): TableExhibit => ({
  kind: 'table', cells: 'town\tpeople\nParis\t2103000\nOslo\t', head: 1, index: 1, rows: 1000, columns: 1, ...more
});

test('a table is its head and rows, says how much of it is here, and knows its numbers', () => {
  const grid = gridOf(table());
  assert.deepEqual(grid.head, [['town', 'people']]);
  assert.deepEqual(grid.rows, [['Paris', '2103000'], ['Oslo', '']]);
  assert.deepEqual(grid.numbers, [false, true]);
  assert.equal(grid.extent, '2 of 1\u2009000 rows, 1 column');
  assert.equal(gridOf(table({ rows: null, columns: 30 })).extent, 'the first 2 rows, 1 of 30 columns');
  assert.equal(gridOf(table({ rows: 2 })).extent, '2 rows, 1 column');
});

test('whatever a bundle says, not more than a screenful is drawn', () => {
  const grid = gridOf(table({ cells: `${'x\t'.repeat(5000)}\n`.repeat(5000), head: 4000, index: 9, rows: -1 }));
  assert.ok(grid.head.length + grid.rows.length <= 300);
  assert.ok(grid.head.every(line => line.length <= 50));
  assert.deepEqual(gridOf(table({ cells: '' })).rows, []);
});
