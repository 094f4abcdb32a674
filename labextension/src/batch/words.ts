/** What a batch says of itself, in words. */

import { __ } from '../texts';
import { duration, whole } from '../view/format';
import { ended, failures, type Facts } from './state';

const STATES: Readonly<Record<string, string>> = {
  in_progress: 'running',
  paused: 'paused',
  completed: 'completed',
  stopped: 'stopped'
};

const ROWS: Readonly<Record<string, string>> = {
  waiting: 'waiting',
  asked: 'asked',
  completed: 'completed',
  incomplete: 'cut off',
  failed: 'failed',
  cancelled: 'stopped'
};

export function rowState(status: string): string {
  return __(ROWS[status] ?? status);
}

/** How far it is: "6 120 of 10 000 rows". */
export function progressWords(facts: Facts): string {
  const failed = failures(facts);
  const words = __('%1 of %2 rows', whole(ended(facts)), whole(facts.total));
  return failed === 0 ? words : `${words}, ${__('%1 failed', whole(failed))}`;
}

/** What is known besides: state, rate, time left or taken, tokens, cost; empty where there is nothing to say. */
export function factWords(facts: Facts): string[] {
  const goesOn = facts.status === 'in_progress';
  const left = facts.left_s === null ? '' : __('%1 left', duration(Math.round(facts.left_s) * 1000));
  return [
    __(STATES[facts.status] ?? facts.status),
    facts.rate > 0 ? __('%1 rows/s', facts.rate >= 10 ? Math.round(facts.rate) : facts.rate.toFixed(1)) : '',
    goesOn ? left : duration(facts.elapsed_ms),
    __('%1 → %2 tokens', whole(facts.tokens.input), whole(facts.tokens.output)),
    facts.cost === null ? '' : __('cost %1', facts.cost.toPrecision(3)),
    facts.model
  ];
}
