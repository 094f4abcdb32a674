/** Where things stand on the timeline's one clock. Pure: widths come from the caller. */

export interface Extent {
  /** Where the row's bar ends, in milliseconds. */
  readonly end_ms: number;
  /** Width in pixels of the label that stands after it. */
  readonly label: number;
}

export interface Tick {
  readonly at_ms: number;
  readonly text: string;
}

/** Pixels between a bar and its label. */
export const LABEL_GAP = 6;
/** The part of the plot that labels may take from the bars; longer ones are cut. */
const LABEL_SHARE = 0.45;

export function longestLabel(plot: number): number {
  return Math.max(60, plot * LABEL_SHARE);
}

/** The milliseconds the plot must span so that every bar is followed by its whole label. */
export function neededSpan(rows: readonly Extent[], plot: number): number {
  const most = longestLabel(plot);
  let span = 1;
  for (const { end_ms, label } of rows) {
    const room = plot - Math.min(label, most) - LABEL_GAP - 2;
    span = Math.max(span, room > 0 ? (end_ms * plot) / room : end_ms * 2);
  }
  return span;
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
const TICK_ROOM = 76;

/** Round times to mark on the axis from `from` on, none so near the right end that its text would be cut. */
export function ticks(span: number, plot: number, from = 0): Tick[] {
  const rough = (span * TICK_ROOM) / Math.max(plot, 1);
  const step = STEPS_MS.find(ms => ms >= rough) ?? Math.ceil(rough / 3600e3) * 3600e3;
  const last = from + span * (1 - 22 / Math.max(plot, 44));
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
