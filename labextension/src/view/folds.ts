/**
 * Whether a run's timeline is folded: as its reader left it, where the page keeps that, else as the settings have it.
 *
 * A node that is not in the page yet stands in no cell, so nothing is known of it: ask again when it has been laid out
 * for the first time.
 */

/** How timelines begin, in the words of the setting. */
export const BEGINNINGS = ['open when there are calls', 'folded', 'open'] as const;
export type Beginning = (typeof BEGINNINGS)[number];

/** What a page offers that keeps folds: the extension does so, a page without it keeps nothing. */
export interface Folds {
  readonly beginning: Beginning;
  /** What was kept for the cell that `node` stands in; null where nothing was, or it stands in none. */
  read(node: Node): boolean | null;
  keep(node: Node, folded: boolean): void;
}

/** Where it stands: the widgets of a page are scripts of their own. */
const PLACE = Symbol.for('ws-notebook:folds');

type Page = Record<symbol, Folds | undefined>;

export function offerFolds(folds: Folds): void {
  (globalThis as unknown as Page)[PLACE] = folds;
}

function pageFolds(): Folds | undefined {
  return (globalThis as unknown as Page)[PLACE];
}

/** Keep that the reader has folded the timeline at `node`, or opened it. */
export function keepFold(node: Node, folded: boolean): void {
  pageFolds()?.keep(node, folded);
}

/** Whether the timeline at `node` is folded now that its run has so many calls, unless its reader folds or opens it. */
export function isFolded(node: Node, calls: number): boolean {
  const folds = pageFolds();
  return folds?.read(node) ?? beginsFolded(folds?.beginning ?? BEGINNINGS[0], calls);
}

export function beginsFolded(beginning: Beginning, calls: number): boolean {
  return beginning === 'folded' || (beginning !== 'open' && calls === 0);
}
