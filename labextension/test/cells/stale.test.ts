import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staleOrder, type Asked } from '../../src/cells/stale';
import { readNews, type Row } from '../../src/panel/news';

interface Given {
  readonly id: string;
  readonly parent?: string;
  readonly cell?: string;
  readonly mark?: string;
  readonly status?: string;
}

/** The cells, in this order, with the last of these runs that each made. */
function asked(cells: string[], ...given: Given[]): Asked[] {
  const read = readNews({ kind: 'sessions', sessions: [{ id: 's', runs: given.map(each => ({ status: 'completed', ...each })) }] });
  assert.ok(read?.kind === 'sessions');
  const runs = new Map((read.sessions[0]?.runs ?? []).map(row => [row.id, row]));
  const latest = (cell: string): Row => [...runs.values()].findLast(row => row.cell === cell) as Row;
  return cells.map(cell => ({ cell, row: latest(cell), runs }));
}

const A: Given = { id: 'r1', cell: 'a', mark: 'asked again' };
const B: Given = { id: 'r2', parent: 'r1', cell: 'b', mark: 'stale' };
const C: Given = { id: 'r3', parent: 'r2', cell: 'c', mark: 'stale' };

test('what others continue is asked before them, wherever it stands', () => {
  assert.deepEqual(staleOrder(asked(['b', 'c'], A, B, C)), ['b', 'c']);
  assert.deepEqual(staleOrder(asked(['c', 'b'], A, B, C)), ['b', 'c']);
});

test('also where its cell has a newer run than the one that they continue', () => {
  const older: Given = { ...B, mark: 'asked again' };
  assert.deepEqual(staleOrder(asked(['c', 'b'], A, older, C, { ...B, id: 'r4' })), ['b', 'c']);
});

test('what was stopped, what runs and what stands on firm ground is left as it is', () => {
  assert.deepEqual(staleOrder(asked(['b', 'c'], A, { ...B, status: 'cancelled' }, C)), ['c']);
  assert.deepEqual(staleOrder(asked(['b', 'c'], A, { ...B, status: 'in_progress' }, { ...C, mark: '' })), []);
});

test('runs that seem to continue each other do no harm', () => {
  assert.deepEqual(staleOrder(asked(['b', 'c'], { ...B, parent: 'r3' }, C)), ['c', 'b']);
});
