/** The folds of timelines in the browser's storage, by notebook and cell; the oldest give way. Pure. */

import { list } from '../run/fields';
import { keep, kept, type Store } from './store';

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
    keep(this.store, KEY, { folds: [...others, [key, folded]].slice(-MOST) });
  }

  /** The oldest first. */
  private kept(): readonly Kept[] {
    return list(kept(this.store, KEY)['folds']).filter(isKept);
  }
}

function isKept(value: unknown): value is Kept {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'boolean';
}

function keyOf(notebook: string, cell: string): string {
  return `${notebook}\n${cell}`;
}
