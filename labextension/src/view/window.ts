/** The part of the time axis that is shown. Pure. `whole` is what all bars need, from 0. */

export interface TimeWindow {
  readonly from: number;
  readonly span: number;
}

/** Milliseconds: nothing is shown larger. */
const SHORTEST = 2;

export function isWhole(window: TimeWindow, whole: number): boolean {
  return window.from <= 0 && window.span >= whole;
}

/** Show `factor` times as much; what is at `share` of the width (0 to 1) stays there. */
export function zoomed(window: TimeWindow, whole: number, factor: number, share: number): TimeWindow {
  const span = Math.min(whole, Math.max(SHORTEST, window.span * factor));
  return kept({ from: window.from + (window.span - span) * share, span }, whole);
}

/** Move by a part of the width. */
export function panned(window: TimeWindow, whole: number, by: number): TimeWindow {
  return kept({ ...window, from: window.from + window.span * by }, whole);
}

function kept({ from, span }: TimeWindow, whole: number): TimeWindow {
  return { from: Math.max(0, Math.min(from, whole - span)), span };
}
