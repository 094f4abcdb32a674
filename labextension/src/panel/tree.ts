/** The tree of runs in the order in which it is read: which run continues which. Pure. */

import type { Row } from './news';

export interface TreeRow {
  readonly row: Row;
  /** From 1. What continues a run last stays on its level; earlier branches go one deeper. */
  readonly level: number;
  /** Whether runs branch off below it, and are hidden where it is folded. */
  readonly forks: boolean;
  /** How many runs below it are hidden. */
  readonly hidden: number;
  /** Whether it continues the run in the row above. */
  readonly follows: boolean;
  /** What it continues, where its place does not tell that; null: it does. */
  readonly after: string | null;
  /** It continues nothing, and stands below others. */
  readonly fresh: boolean;
}

/**
 * Depth first. Of several that continue a run, the newest that was not asked again goes on in its column, and the others,
 * oldest first, stand indented before it. A run whose parent is not there is a root. `folded` holds ids.
 */
export function treeRows(runs: ReadonlyMap<string, Row>, folded: ReadonlySet<string>): TreeRow[] {
  const children = childrenOf(runs);
  const found: TreeRow[] = [];
  /** By level: the run that a row there would be read to continue. */
  const column: string[] = [];
  // A stack and no recursion: a chain may be longer than the browser's own.
  const waiting = [...(children.get(null) ?? [])].reverse().map(row => ({ row, level: 1 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { row, level } = next;
    const below = [...(children.get(row.id) ?? [])];
    const main = below.splice(mainOf(below), 1);
    const forks = below.length > 0;
    const hides = forks && folded.has(row.id);
    const hidden = hides ? below.reduce((sum, each) => sum + 1 + countBelow(each.id, children), 0) : 0;
    const parent = row.parent === row.id ? null : row.parent;
    const follows = parent !== null && found.at(-1)?.row.id === parent;
    const after = parent === null || (column[level] ?? column[level - 1]) === parent ? null : parent;
    found.push({ row, level, forks, hidden, follows, after, fresh: parent === null && found.length > 0 });
    column[level] = row.id;
    column.length = level + 1;
    waiting.push(...main.map(child => ({ row: child, level })));
    if (!hides) {
      waiting.push(...below.map(child => ({ row: child, level: level + 1 })).reverse());
    }
  }
  return found;
}

function childrenOf(runs: ReadonlyMap<string, Row>): ReadonlyMap<string | null, readonly Row[]> {
  const children = new Map<string | null, Row[]>();
  for (const row of runs.values()) {
    const parent = row.parent !== null && row.parent !== row.id && runs.has(row.parent) ? row.parent : null;
    const siblings = children.get(parent);
    if (siblings === undefined) {
      children.set(parent, [row]);
    } else {
      siblings.push(row);
    }
  }
  return children;
}

/** The place of the one that goes on in the column. */
function mainOf(siblings: readonly Row[]): number {
  const live = siblings.findLastIndex(row => row.mark !== 'asked again');
  return live < 0 ? Math.max(0, siblings.length - 1) : live;
}

function countBelow(id: string, children: ReadonlyMap<string | null, readonly Row[]>): number {
  let count = 0;
  const waiting = [id];
  while (waiting.length > 0) {
    const below = children.get(waiting.pop() ?? null) ?? [];
    count += below.length;
    waiting.push(...below.map(row => row.id));
  }
  return count;
}
