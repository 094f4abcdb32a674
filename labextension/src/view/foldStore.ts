/** The folds of timelines in the browser's storage, by notebook and cell; the oldest give way. Pure. */

import { fields, list } from '../run/fields';

/** The part of the browser's storage that is used. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = 'ws-notebook:folds';
/** More are not kept: a browser's storage has little room, and is everybody's. */
const MOST = 300;

type Kept = readonly [cell: string, folded: boolean];

export class FoldStore {
  constructor(private readonly store: Store | null) {}

  read(notebook: string, cell: string): boolean | null {
    const key = keyOf(notebook, cell);
    return this.kept().find(([each]) => each === key)?.[1] ?? null;
  }

  keep(notebook: string, cell: string, folded: boolean): void {
    const key = keyOf(notebook, cell);
    const others = this.kept().filter(([each]) => each !== key);
    try {
      this.store?.setItem(KEY, JSON.stringify({ folds: [...others, [key, folded]].slice(-MOST) }));
    } catch {
      // A full or forbidden storage costs the fold after a reload, nothing else.
    }
  }

  /** The oldest first. */
  private kept(): readonly Kept[] {
    try {
      return list(fields(JSON.parse(this.store?.getItem(KEY) ?? 'null'))['folds']).filter(isKept);
    } catch {
      // Somebody else's words under this key fold nothing.
      return [];
    }
  }
}

function isKept(value: unknown): value is Kept {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'boolean';
}

function keyOf(notebook: string, cell: string): string {
  return `${notebook}\n${cell}`;
}
