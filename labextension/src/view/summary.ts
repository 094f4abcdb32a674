/** What the one line over a run says, in pieces. Pure. */

import { callsOf, type Run } from '../run/bundle';
import { __, _n } from '../texts';
import { bytes, joined, moment, oneLine, saving, seconds, whole } from './format';
import { BAD_CALLS, RUN_WORDS } from './words';

/** Characters of the name of a parent: it may be a response's id. */
const PARENT = 40;

/** What `--from` takes, and what the run continues: "r7", "r7 (from r6)". */
export function nameOf({ id, parent }: Run): string {
  const name = oneLine(id, PARENT);
  return parent === '' ? name : __('%1 (from %2)', name, oneLine(parent, PARENT));
}

/** completed, running, stopped, …; queued while another run comes first. Once it is over: with what failed. */
export function statusOf(run: Run): string {
  if (run.status === 'in_progress') {
    return run.turns.length === 0 ? __('queued') : __(RUN_WORDS.in_progress);
  }
  return joined([__(RUN_WORDS[run.status]), failures(run)]);
}

/** Whether it has calls, and each of them went wrong. */
export function allFailed(run: Run): boolean {
  const calls = callsOf(run);
  return calls.length > 0 && calls.every(call => BAD_CALLS.has(call.status));
}

/** "3 calls failed", or "1 of 3 calls failed"; empty where none did. */
function failures(run: Run): string {
  const calls = callsOf(run);
  const failed = calls.filter(call => BAD_CALLS.has(call.status)).length;
  if (failed === 0) {
    return '';
  }
  const all = _n('1 call', '%1 calls', calls.length, whole(calls.length));
  return failed === calls.length ? __('%1 failed', all) : __('%1 of %2 failed', whole(failed), all);
}

/** The countdown of a request that the provider has wait, or null. */
export function waiting(run: Run, now: number): string | null {
  const held = run.turns.find(turn => turn.retry_at_ms !== null);
  const until = held?.retry_at_ms ?? null;
  if (until === null || until <= now) {
    return null;
  }
  const left = Math.ceil((until - now) / 1000);
  return held?.recovered === 'server_unavailable'
    ? __('Server not available: asks again in %1 s', left)
    : __('Rate limit: asks again in %1 s', left);
}

/** "3.2 s", or while it is replayed "1.4 of 3.2 s". */
export function durationOf(now: number, whole_: Run | null): string {
  return whole_ === null ? seconds(now) : moment(now, whole_.duration_ms);
}

/** "3 turns" and "3 calls", each empty where there is nothing to say. */
export function amountsOf(run: Run): readonly [turns: string, calls: string] {
  const turns = run.turns.length;
  const calls = callsOf(run).length;
  const running = run.status === 'in_progress';
  return [
    running ? (turns > 0 ? __('turn %1', turns) : '') : _n('1 turn', '%1 turns', turns, whole(turns)),
    calls > 0 ? _n('1 call', '%1 calls', calls, whole(calls)) : ''
  ];
}

export interface Totals {
  /** "1.9 kB sent", and "91 % less than HTTP" where something was saved. */
  readonly sent: string;
  readonly saved: string;
  /** "812 → 187 tokens" */
  readonly tokens: string;
}

export function totalsOf({ bytes: { sent, full_context }, session, usage }: Run): Totals {
  const saved = session.transport === 'http' ? '' : saving(sent, full_context);
  const { input_tokens, output_tokens } = usage;
  return {
    sent: sent > 0 ? __('%1 sent', bytes(sent)) : '',
    saved: saved === '' ? '' : __('%1 less than HTTP', saved),
    tokens: input_tokens + output_tokens > 0 ? __('%1 → %2 tokens', whole(input_tokens), whole(output_tokens)) : ''
  };
}

/** "1.9 kB sent, 91 % less than HTTP · 812 → 187 tokens" */
export function totalsLine({ sent, saved, tokens }: Totals): string {
  return joined([joined([sent, saved], ', '), tokens]);
}
