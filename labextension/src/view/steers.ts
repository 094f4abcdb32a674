/** The words that steer a run, as data: those the kernel knows and those still on their way to it. Pure. */

import type { Run, Steer, SteerStatus } from '../run/bundle';
import { visible } from './format';
import { __ } from './say';
import { STEER_WORDS } from './words';

export interface SteerLine {
  readonly text: string;
  readonly status: SteerStatus | 'sending';
  /** What became of them, in words. */
  readonly words: string;
}

/** A line for each steer, oldest first; `sending` are the texts that the kernel has not answered yet. */
export function steerLines(run: Run, sending: readonly string[]): SteerLine[] {
  const running = run.status === 'in_progress';
  return [
    ...run.steers.map(steer => ({ text: steer.text, status: steer.status, words: fate(steer, running) })),
    ...sending.map(text => ({ text, status: 'sending' as const, words: running ? __('sending…') : __(NOT_APPLIED) }))
  ];
}

const NOT_APPLIED = 'not applied: the run ended first';

function fate({ status, error }: Steer, running: boolean): string {
  if (status === 'failed') {
    return error === null || error === '' ? __(STEER_WORDS.failed) : `${__(STEER_WORDS.failed)} — ${visible(error)}`;
  }
  return running || status === 'applied' ? __(STEER_WORDS[status]) : __(NOT_APPLIED);
}

/** What is still on its way, once the kernel has told of further `steers`. */
export function stillSending(sending: readonly string[], steers: readonly Steer[]): readonly string[] {
  const left = [...sending];
  for (const { text } of steers) {
    const index = left.indexOf(text);
    if (index >= 0) {
      left.splice(index, 1);
    }
  }
  return left;
}
