/** Where the views of a cell's newest run belong that its outputs lack. Pure. */

import { MIME_TYPE } from '../run/bundle';
import { amount, fields, flag, shape, text } from '../run/fields';

/** Milliseconds: what ended longer ago, and was in the notebook then, has been removed on purpose since. */
const JUST_ENDED = 30_000;

/** What a kernel knows of a view that a cell has shown since it was run last. */
export type KnownView = ReturnType<typeof readKnown>;

export const readKnown = shape({
  view: text,
  /** The id of the cell that asked. */
  cell: text,
  done: flag,
  /** Milliseconds since it ended. */
  ended_ms: amount,
  /** Whether its last form was in the notebook. */
  kept: flag
});

/** By cell, in order, what its outputs are to show. */
export function byCell(views: readonly KnownView[]): Map<string, KnownView[]> {
  const found = new Map<string, KnownView[]>();
  for (const each of views) {
    found.set(each.cell, [...(found.get(each.cell) ?? []), each]);
  }
  return found;
}

/** Whether a view that the outputs lack is to be brought back. */
export function isMissed({ done, ended_ms, kept }: KnownView): boolean {
  return !done || !kept || ended_ms < JUST_ENDED;
}

/** The name of the live view that an output holds; empty where it holds none. */
export function viewIn(data: Readonly<Record<string, unknown>>): string {
  return text(fields(data[MIME_TYPE])['view']);
}

/**
 * Which output of a cell a view takes the place of, or null where it goes behind them: `held` names the view of each
 * output, `newest` those of the cell's newest run, in order. What such a run left there before gives its place up, and
 * nothing else does.
 */
export function placeOf(view: string, held: readonly string[], newest: readonly string[]): number | null {
  const older = held.flatMap((each, index) => (each !== '' && !newest.includes(each) ? [index] : []));
  return older[newest.filter(each => !held.includes(each)).indexOf(view)] ?? null;
}
