/** The whole run in small: for each step of its time what it was spent on. Pure. */

import type { Run } from '../run/bundle';
import type { Span } from '../run/packed';
import { KINDS, type Kind } from '../run/words';

export interface Piece {
  readonly kind: Kind;
  /** Shares of the whole, from 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** Where several things happen at once, the last of these is shown: what a person or a function of theirs does. */
const ORDER: readonly Kind[] = ['wait', 'connect', 'send', 'queued', 'text', 'reasoning', 'kernel_busy', 'tool', 'approval'];
const RANK = Object.fromEntries(KINDS.map(kind => [kind, ORDER.indexOf(kind) + 1])) as Readonly<Record<Kind, number>>;
/** More cannot be told apart. */
const STEPS = 240;

export function shapeOf(run: Run, now: number): Piece[] {
  const steps = new Uint8Array(STEPS);
  const whole = Math.max(now, 1);
  for (const turn of run.turns) {
    paint(steps, turn.spans, whole);
    for (const call of turn.calls) {
      paint(steps, call.spans, whole);
    }
    for (const { start_ms, end_ms } of turn.items) {
      if (start_ms !== null) {
        paint(steps, [['tool', start_ms, end_ms]], whole);
      }
    }
  }
  return piecesOf(steps);
}

function paint(steps: Uint8Array, spans: readonly Span[], whole: number): void {
  for (const [kind, start, end] of spans) {
    const rank = RANK[kind];
    const first = Math.floor((start / whole) * STEPS);
    const last = Math.min(STEPS, Math.max(first + 1, Math.round(((end ?? whole) / whole) * STEPS)));
    for (let step = first; step < last; step += 1) {
      if ((steps[step] ?? 0) < rank) {
        steps[step] = rank;
      }
    }
  }
}

function piecesOf(steps: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let step = 1; step <= steps.length; step += 1) {
    if (step < steps.length && steps[step] === steps[from]) {
      continue;
    }
    const kind = ORDER[(steps[from] ?? 0) - 1];
    if (kind !== undefined) {
      pieces.push({ kind, from: from / STEPS, to: step / STEPS });
    }
    from = step;
  }
  return pieces;
}
