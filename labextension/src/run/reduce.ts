/** How messages change the run a live widget shows. Pure: no clock, no DOM; what did not change keeps its identity. */

import { readTurn, type Run, type Turn } from './bundle';
import type { Delta, Indexed, KernelMessage } from './messages';

export interface LiveState {
  readonly run: Run;
  /** The last message applied. */
  readonly seq: number;
  /** A message was missed: only a snapshot helps. */
  readonly behind: boolean;
}

export function startState(run: Run): LiveState {
  return { run, seq: 0, behind: false };
}

/**
 * Apply a message. Messages already seen change nothing; a gap sets `behind`, and deltas are then ignored until a
 * snapshot comes.
 */
export function reduce(state: LiveState, message: KernelMessage): LiveState {
  if (message.seq <= state.seq) {
    return state;
  }
  if (message.kind === 'snapshot') {
    return { run: message.run, seq: message.seq, behind: false };
  }
  if (state.behind || message.seq !== state.seq + 1) {
    return { ...state, behind: true };
  }
  const turns = applyTurns(state.run.turns, message);
  if (turns === null) {
    return { ...state, behind: true };
  }
  return { run: { ...state.run, ...message.head, turns }, seq: message.seq, behind: false };
}



/** The turns after a delta, or null when it speaks of a turn that cannot exist yet. */
function applyTurns(before: readonly Turn[], delta: Delta): readonly Turn[] | null {
  if (delta.turns.length + delta.text.length + delta.reasoning.length === 0) {
    return before;
  }
  const turns = [...before];
  for (const [index, turn] of delta.turns) {
    if (index > turns.length) {
      return null;
    }
    const old = turns[index];
    turns[index] = old === undefined ? turn : { ...turn, text: old.text, reasoning: old.reasoning };
  }
  return append(turns, 'text', delta.text) && append(turns, 'reasoning', delta.reasoning) ? turns : null;
}

function append(turns: Turn[], field: 'text' | 'reasoning', pieces: Indexed<string>): boolean {
  for (const [index, piece] of pieces) {
    if (index > turns.length) {
      return false;
    }
    const turn = turns[index] ?? readTurn({ id: String(index + 1), status: 'in_progress' });
    turns[index] = { ...turn, [field]: turn[field] + piece };
  }
  return true;
}
