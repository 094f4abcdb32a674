/** Where things stand on the timeline: on its one clock, and which of its rows are in sight. Pure. */

export interface Tick {
  readonly at_ms: number;
  readonly text: string;
}

/** The milliseconds that the plot must span so that every bar ends a little before its right end. */
export function neededSpan(ends: Iterable<number>): number {
  let latest = 1;
  for (const end of ends) {
    latest = Math.max(latest, end);
  }
  return latest * 1.02;
}

/** While a run grows its span grows in steps, so that bars do not crawl: the next of 1, 1.5, 2, 3, 5, 7.5 × 10ⁿ. */
export function steppedSpan(needed: number, before: number): number {
  if (needed <= before) {
    return before;
  }
  const wanted = Math.max(needed * 1.15, 400);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 1.5, 2, 3, 5, 7.5, 10].find(factor => factor * power >= wanted) ?? 10;
  return step * power;
}

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 1800e3, 3600e3];
/** Widths of letters from the start of one mark's text to the next one's. */
const TICK_ROOM = 5.8;
const HALF_TEXT = 1.7;

/** Round times to mark on the axis from `from` on, none so near the right end that its text would be cut. `em`: a letter's width. */
export function ticks(span: number, plot: number, from = 0, em = 13): Tick[] {
  const rough = (span * TICK_ROOM * em) / Math.max(plot, 1);
  const step = STEPS_MS.find(ms => ms >= rough) ?? Math.ceil(rough / 3600e3) * 3600e3;
  const last = from + span * (1 - (HALF_TEXT * em) / Math.max(plot, 2 * HALF_TEXT * em));
  const marks: Tick[] = [];
  for (let index = Math.ceil(from / step); index * step <= last; index += 1) {
    marks.push({ at_ms: index * step, text: tickText(index * step, step) });
  }
  return marks;
}

function tickText(ms: number, step: number): string {
  if (step >= 60e3) {
    return `${ms / 60e3}\u00a0min`;
  }
  return step >= 100 || ms >= 1000 ? `${Number((ms / 1000).toFixed(step >= 100 ? 1 : 3))}\u00a0s` : `${ms}\u00a0ms`;
}

/** So few rows are all there, wherever the reader is. */
const FEW = 80;
/** Rows that are there above those in sight, and below. */
const BEYOND = 20;

/** The rows that have elements: those in sight and some around them. `row`: the height of one. */
export function rowsInSight(top: number, height: number, row: number, count: number): readonly [from: number, to: number] {
  if (count <= FEW || row <= 0) {
    return [0, Math.min(count, FEW)];
  }
  const first = Math.min(Math.max(0, Math.floor(top / row)), count - 1);
  return [Math.max(0, first - BEYOND), Math.min(count, first + Math.ceil(height / row) + BEYOND)];
}

/** Widths of letters: of the columns at both sides, the least and, as a part of the whole, the most. */
const NAMES = { least: 11.5, narrow: 7, most: 20, share: 0.36 };
const RESULTS = { least: 10, narrow: 5, most: 26, share: 0.3 };
/** Below so many letters a page is narrow. */
const NARROW = 49;

/** The width of the column of names, or of results, whose longest text has this width; what is longer is cut. */
export function columnWidth(column: 'names' | 'results', longest: number, width: number, em: number): number {
  const { least, narrow, most, share } = column === 'names' ? NAMES : RESULTS;
  const limit = Math.min(most * em, width * share);
  return Math.round(Math.min(limit, Math.max((width > NARROW * em ? least : narrow) * em, longest)));
}
