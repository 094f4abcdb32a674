/** What becomes of a run whose kernel ends before it: it stays as it was told last, and says so. Pure. */

import { __ } from '../texts';
import { answerOf, type Call, type Item, type Run, type Turn } from './bundle';
import type { Span } from './packed';

/**
 * What happened to the kernel. "died": it ended and the server started it anew. "unknown": it no longer hears, as a widget
 * notices.
 */
export type Ending = 'restarted' | 'died' | 'shut down' | 'unknown';

const WORDS: Readonly<Record<Ending, string>> = {
  restarted: 'The kernel was restarted while it ran.',
  died: 'The kernel ended while it ran, and was started again.',
  'shut down': 'The kernel ended while it ran.',
  unknown: 'The kernel ended, or was restarted, while it ran.'
};

export function endingWords(ending: Ending): string {
  return __(WORDS[ending]);
}

/** What a kernel of this status has come through, or null when it goes on. */
export function endingOf(status: string): Ending | null {
  switch (status) {
    case 'restarting':
      return 'restarted';
    case 'autorestarting':
      return 'died';
    case 'dead':
    case 'terminating':
      return 'shut down';
    default:
      return null;
  }
}

/** What a widget says whose kernel has ended. */
export const ENDED_NOW = 'The kernel has ended, or was restarted. Run the cell again.';

/** By which the extension tells the widgets in a notebook that its kernel has ended: an event at their nodes. */
export const KERNEL_ENDED = 'ws-notebook:kernel-ended';

/** The run as it stood when its kernel ended, at `now` by its clock. One that had ended is not changed. */
export function endedRun(run: Run, now: number, ending: Ending): Run {
  if (run.status !== 'in_progress') {
    return run;
  }
  const at = Math.round(Math.max(now, run.duration_ms) * 10) / 10;
  const turns = run.turns.map(turn => endedTurn(turn, at));
  // The frames that are known here are those of the first picture.
  return { ...run, status: 'cancelled', duration_ms: at, stopped: endingWords(ending), text: answerOf(run), turns, frames: [] };
}

function endedTurn(turn: Turn, at: number): Turn {
  if (turn.end_ms !== null && turn.calls.every(call => call.end_ms !== null)) {
    return turn;
  }
  return {
    ...turn,
    status: turn.status === 'in_progress' ? 'cancelled' : turn.status,
    end_ms: turn.end_ms ?? at,
    retry_at_ms: null,
    spans: turn.spans.map(span => endedSpan(span, at)),
    calls: turn.calls.map(call => endedCall(call, at)),
    items: turn.items.map(item => endedItem(item, at))
  };
}

function endedCall(call: Call, at: number): Call {
  if (call.end_ms !== null) {
    return call;
  }
  return { ...call, status: 'cancelled', end_ms: at, spans: call.spans.map(span => endedSpan(span, at)) };
}

function endedItem(item: Item, at: number): Item {
  return item.start_ms === null || item.end_ms !== null ? item : { ...item, status: 'incomplete', end_ms: at };
}

function endedSpan([kind, start, end]: Span, at: number): Span {
  return [kind, start, end ?? at];
}
