/** What a saved run packs, to be short: spans of time, the growth of its texts, its frames. All of it is read either way. Pure. */

import { amount, amountOrNull, fields, list, text } from './fields';
import { KINDS, type Kind } from './words';

/** A stretch of one kind of time: kind, start, end. */
export type Span = readonly [kind: Kind, start: number, end: number | null];

/** Spans as a saved run has them: "connect 0 100 wait 350", a start only where it is not the end before. */
function listOfSpans(words: string): unknown[] {
  const spans: unknown[] = [];
  let before: number | null = null;
  for (const [, kind, first, second] of words.matchAll(/([a-z_]+) ([\d.]+|-)(?: ([\d.]+|-))?/g)) {
    const start: number | null = second === undefined ? before : Number(first);
    const last = second ?? first;
    before = last === '-' ? null : Number(last);
    spans.push([kind, start, before]);
  }
  return spans;
}

export function readSpans(value: unknown): readonly Span[] {
  const spans: Span[] = [];
  for (const entry of typeof value === 'string' ? listOfSpans(value) : list(value)) {
    const [kind, start, end] = list(entry);
    const known = KINDS.find(word => word === kind);
    if (known !== undefined) {
      spans.push([known, amount(start), amountOrNull(end)]);
    }
  }
  return spans;
}

/** Numbers, in a list or as a saved run has them, with blanks between. */
export function numbers(value: unknown): number[] {
  return (typeof value === 'string' ? value.split(' ').map(Number) : list(value)).map(amount);
}

/** When text came: the moment of each piece and how long the text was then, both growing. */
export interface Growth {
  readonly at_ms: readonly number[];
  readonly length: readonly number[];
}

/** From pairs of differences to sums. */
export function readGrowth(value: unknown): Growth {
  const at_ms: number[] = [];
  const length: number[] = [];
  const packed = numbers(value);
  for (let index = 0; index + 1 < packed.length; index += 2) {
    at_ms.push((at_ms.at(-1) ?? 0) + (packed[index] ?? 0));
    length.push((length.at(-1) ?? 0) + (packed[index + 1] ?? 0));
  }
  return { at_ms, length };
}

/** Frames of one direction and type that came behind one another; of a list of single frames: one. */
export interface FrameRow {
  /** The turn's place. */
  readonly turn: number;
  readonly sent: boolean;
  readonly type: string;
  readonly count: number;
  readonly at_ms: number;
  readonly lasted_ms: number;
  readonly bytes: number;
  /** By which the kernel is asked for it; null where it is no single frame. */
  readonly index: number | null;
}

/** Rows as a saved run has them, each with the milliseconds since the one before, and what it repeats left out. */
function rowsOf(words: string): number[][] {
  let reached = 0;
  return words.split(';').filter(row => row !== '').map(row => {
    const [turn = 0, sent = 0, type = 0, since = 0, bytes = 0, count = 1, lasted = 0] = row.split(' ').map(Number);
    reached += since;
    return [turn, sent, type, count, reached, lasted, bytes];
  });
}

export function readFrames(value: unknown): readonly FrameRow[] {
  const types = list(fields(value)['types']).map(text);
  const rows = fields(value)['rows'];
  return (typeof rows === 'string' ? rowsOf(rows) : list(rows)).map(row => {
    const [turn, sent, type, count, at, lasted, bytes] = numbers(row);
    return {
      turn: turn ?? 0,
      sent: sent === 1,
      type: types[type ?? -1] ?? '',
      count: count ?? 1,
      at_ms: at ?? 0,
      lasted_ms: lasted ?? 0,
      bytes: bytes ?? 0,
      index: null
    };
  });
}
