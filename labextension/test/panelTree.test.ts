import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNews, type Row } from '../src/panelNews';
import { treeRows } from '../src/panelTree';

/** Runs from "r1", "r2<r1", …: each with the run that it continues. */
function runs(...named: string[]): ReadonlyMap<string, Row> {
  const rows = named.map(each => {
    const [id, parent] = each.split('<');
    return { id, parent: parent ?? null };
  });
  const read = readNews({ kind: 'sessions', sessions: [{ id: 's', runs: rows }] });
  assert.ok(read?.kind === 'sessions');
  return new Map((read.sessions[0]?.runs ?? []).map(row => [row.id, row]));
}

function drawn(rows: ReadonlyMap<string, Row>, folded: string[] = []): string[] {
  return treeRows(rows, new Set(folded)).map(
    ({ row, level, forks, hidden }) => `${'  '.repeat(level - 1)}${row.id}${forks ? '*' : ''}${hidden > 0 ? `+${hidden}` : ''}`
  );
}

test('a chain stays on its level, branches go one deeper', () => {
  assert.deepEqual(drawn(runs('r1', 'r2<r1', 'r3<r2', 'r4<r1', 'r5<r4', 'r6')), [
    'r1*',
    '  r2',
    '  r3',
    '  r4',
    '  r5',
    'r6'
  ]);
});

test('a folded branch counts what it hides', () => {
  const all = runs('r1', 'r2<r1', 'r3<r2', 'r4<r1');
  assert.deepEqual(drawn(all, ['r1']), ['r1*+3']);
  assert.deepEqual(drawn(all, ['r2']), drawn(all));
});

test('a run whose parent is not there, or is itself, is a root', () => {
  assert.deepEqual(drawn(runs('r2<r1', 'r3<r3', 'r4<r2')), ['r2', 'r4', 'r3']);
});

test('a chain of thousands is no trouble', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => (index === 0 ? 'r0' : `r${index}<r${index - 1}`));
  assert.equal(treeRows(runs(...names), new Set()).length, 20_000);
});
