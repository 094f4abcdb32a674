/** The tree of runs in the order in which it is read: which run continues which. Pure. */

import type { Row } from './panelNews';

export interface TreeRow {
  readonly row: Row;
  /** From 1. A chain stays on its level; only branches go one deeper. */
  readonly level: number;
  /** Whether runs branch off below it, and are hidden where it is folded. */
  readonly forks: boolean;
  /** How many runs below it are hidden. */
  readonly hidden: number;
}

/** Depth first, oldest first. A run whose parent is not there is a root. `folded` holds ids. */
export function treeRows(runs: ReadonlyMap<string, Row>, folded: ReadonlySet<string>): TreeRow[] {
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
  const found: TreeRow[] = [];
  // A stack and no recursion: a chain may be longer than the browser's own.
  const waiting = rootsOf(children).map(row => ({ row, level: 1 }));
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (next === undefined) {
      break;
    }
    const { row, level } = next;
    const below = children.get(row.id) ?? [];
    const forks = below.length > 1;
    const hides = forks && folded.has(row.id);
    found.push({ row, level, forks, hidden: hides ? countBelow(row.id, children) : 0 });
    if (!hides) {
      waiting.push(...below.map(child => ({ row: child, level: level + (forks ? 1 : 0) })).reverse());
    }
  }
  return found;
}

function rootsOf(children: ReadonlyMap<string | null, readonly Row[]>): Row[] {
  return [...(children.get(null) ?? [])].reverse();
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
