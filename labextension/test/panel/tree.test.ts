import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNews, type Row } from '../../src/panel/news';
import { treeRows } from '../../src/panel/tree';

/** Runs from "r1", "r2<r1", "r3<r1~", …: each with the run that it continues; ~ was asked again. */
function runs(...named: string[]): ReadonlyMap<string, Row> {
  const rows = named.map(each => {
    const [id, parent] = each.replace('~', '').split('<');
    return { id, parent: parent ?? null, mark: each.endsWith('~') ? 'asked again' : '' };
  });
  const read = readNews({ kind: 'sessions', sessions: [{ id: 's', runs: rows }] });
  assert.ok(read?.kind === 'sessions');
  return new Map((read.sessions[0]?.runs ?? []).map(row => [row.id, row]));
}

function drawn(rows: ReadonlyMap<string, Row>, folded: string[] = []): string[] {
  return treeRows(rows, new Set(folded)).map(({ row, level, forks, hidden, after, fresh }) => {
    const marks = [forks ? '*' : '', hidden > 0 ? `+${hidden}` : '', after === null ? '' : ` after ${after}`, fresh ? ' fresh' : ''];
    return `${'  '.repeat(level - 1)}${row.id}${marks.join('')}`;
  });
}

test('the newest branch goes on in its column, and those before it stand indented', () => {
  assert.deepEqual(drawn(runs('r1', 'r2<r1', 'r3<r2', 'r4<r1', 'r5<r4', 'r6')), [
    'r1*',
    '  r2',
    '  r3',
    'r4',
    'r5',
    'r6 fresh'
  ]);
});

test('what was asked again stands beside what is there instead, however old that is', () => {
  assert.deepEqual(drawn(runs('r1', 'r2<r1', 'r3<r2', 'r4<r1~', 'r5<r4')), ['r1*', '  r4', '  r5', 'r2', 'r3']);
  assert.deepEqual(drawn(runs('r1~', 'r2<r1~', 'r3<r1~', 'r4')), ['r1*', '  r2', 'r3', 'r4 fresh']);
});

test('where two branches share a column, the second names what it continues', () => {
  const all = runs('r1', 'r2<r1', 'r3<r2', 'r4<r2', 'r5<r4', 'r6<r2', 'r7<r1');
  assert.deepEqual(drawn(all), ['r1*', '  r2*', '    r3', '    r4 after r2', '    r5', '  r6', 'r7']);
  const follows = treeRows(all, new Set()).map(each => each.follows);
  assert.deepEqual(follows, [false, true, true, false, true, false, false]);
});

test('a folded run hides and counts its older branches', () => {
  const all = runs('r1', 'r2<r1', 'r3<r2', 'r4<r1');
  assert.deepEqual(drawn(all, ['r1']), ['r1*+2', 'r4']);
  assert.deepEqual(drawn(all, ['r2']), drawn(all));
});

test('what continues a response of elsewhere names that', () => {
  assert.deepEqual(drawn(runs('r1', 'r2<resp_a', 'r3<r2')), ['r1', 'r2 after resp_a', 'r3']);
});

test('a run whose parent is not there, or is itself, is a root', () => {
  assert.deepEqual(drawn(runs('r2<r1', 'r3<r3', 'r4<r2')), ['r2 after r1', 'r4', 'r3 fresh']);
});

test('a chain of thousands is no trouble', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => (index === 0 ? 'r0' : `r${index}<r${index - 1}`));
  assert.equal(treeRows(runs(...names), new Set()).length, 20_000);
});
