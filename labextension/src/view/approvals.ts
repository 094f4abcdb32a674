/** The calls that wait for somebody's approval, as data. Pure. */

import type { Call, Run } from '../run/bundle';
import { __ } from '../texts';
import { seconds, visible, whole } from './format';
import { ageOf } from './rows';

export interface Waiting {
  /** Of this call among all of the run. */
  readonly key: string;
  readonly turn: string;
  readonly call: Call;
}

/** The calls of a run that wait for a decision now, in order. */
export function waitingOf(run: Run): Waiting[] {
  return run.turns.flatMap(turn =>
    turn.calls
      .filter(call => call.status === 'awaiting_approval')
      .map(call => ({ key: `${turn.id} ${call.call_id}`, turn: turn.id, call }))
  );
}

/** "denied in 12 s"; "for 12 s" where it waits for as long as it takes, and has done so for a while. */
export function deadlineWords({ approval, spans }: Call, now: number): string {
  const deadline = approval?.deadline_ms ?? null;
  if (deadline === null) {
    const age = ageOf(spans, now);
    return age === '' ? '' : __('for %1', age);
  }
  // A whole second, counted down: figures that run would draw the eye.
  const left = Math.max(0, Math.ceil((deadline - now) / 1000) * 1000);
  const words = left === 0 ? __('a moment') : seconds(left);
  return approval?.default === 'approve' ? __('runs in %1', words) : __('denied in %1', words);
}

/** Characters of the arguments that a page is sent unasked: as many as render/bundle.py keeps. */
const SENT = 20_000;

/** Whether all of a call's arguments are here. */
export function isWhole({ approval }: Call): boolean {
  return (approval?.asked?.length ?? 0) <= SENT;
}

/** "1 234 characters · SHA-256 0f5ac3d9…": which arguments are approved. Empty where that is not known. */
export function sizeWords({ approval }: Call): string {
  const asked = approval?.asked ?? null;
  if (asked === null || asked.digest === '') {
    return '';
  }
  return [__('%1 characters', whole(asked.length)), `SHA-256 ${asked.digest}…`].join(' · ');
}

/** What the arguments do not tell: keys of which only the last counts, and the defaults that the call will use. */
export function unsaidWords({ approval }: Call): string {
  const { defaults = '', repeated = [] } = approval?.asked ?? {};
  const lines = repeated.map(key => __('“%1” is written more than once: the last one counts.', visible(key)));
  if (defaults !== '') {
    lines.push(`${__('By default also:')} ${visible(defaults)}`);
  }
  return lines.join('\n');
}

/** Why a text cannot be the arguments of a call; empty where it can. The kernel knows more. */
export function argumentsProblem(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return __('This is not JSON: %1', error instanceof Error ? error.message : String(error));
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? '' : __('The arguments are a JSON object: {"name": value, …}');
}
