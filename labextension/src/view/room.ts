/** How much of the line over a run has room beside the rest. Pure. */

/** From the widest to the narrowest: what goes first is the strip; then the numbers, then the buttons have to give way. */
export const ROOMS = [
  /** All on one line. */
  'strip',
  /** All but the strip. */
  'line',
  /** The numbers stand on a line of their own. */
  'rows',
  /** And some buttons are in a menu. */
  'menu',
  /** All buttons that can wait are. */
  'least'
] as const;
export type Room = (typeof ROOMS)[number];

/** Widths in one unit, each with the space around it. */
export interface Needs {
  /** Name, state, facts. */
  readonly what: number;
  readonly note: number;
  readonly totals: number;
  readonly strip: number;
  /** All buttons, and those that stay when there is a menu, with that. */
  readonly buttons: number;
  readonly few: number;
}

/** As much of the numbers may be cut off for the strip. */
const YIELD = 0.3;

export function roomFor(width: number, { what, note, totals, strip, buttons, few }: Needs): Room {
  const line = what + note + totals + buttons;
  if (line - totals * YIELD + strip <= width) {
    return 'strip';
  }
  if (line <= width) {
    return 'line';
  }
  if (what + buttons <= width) {
    return 'rows';
  }
  return what + few <= width ? 'menu' : 'least';
}
