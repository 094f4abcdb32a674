/** A small bar for each turn: how long it took, split into kinds of time. The table says the same in words. */

import type { Run, Turn } from '../bundle';
import { element, show } from './dom';
import { seconds } from './format';
import { spansInWords } from './rows';
import { __ } from './say';

/** Fewer turns need no comparison. */
const FEWEST = 2;
/** The latest ones that are drawn. */
const MOST = 60;

export class Strip {
  readonly node = element('div', { class: 'wsn-strip', 'aria-hidden': 'true' });
  private key = '';

  update(run: Run, now: number): void {
    const turns = run.turns.slice(-MOST);
    show(this.node, turns.length >= FEWEST);
    const key = turns.map(turn => `${turn.end_ms ?? 'now'}:${turn.spans.length}`).join();
    if (turns.length < FEWEST || key === this.key) {
      return;
    }
    this.key = key;
    const took = turns.map(turn => Math.max(0, (turn.end_ms ?? now) - turn.start_ms));
    const longest = Math.max(1, ...took);
    const first = run.turns.length - turns.length + 1;
    this.node.replaceChildren(...turns.map((turn, index) => column(turn, first + index, took[index] ?? 0, longest, now)));
  }
}

function column(turn: Turn, number: number, took: number, longest: number, now: number): HTMLElement {
  const end = turn.end_ms ?? now;
  const title = `${__('turn %1', number)}: ${seconds(took)}\n${spansInWords(turn.spans, end)}`;
  const node = element('div', { class: 'wsn-column', title });
  for (const [kind, from, to] of turn.spans) {
    const part = element('div', { class: 'wsn-bar-part', 'data-kind': kind });
    part.style.height = `${(Math.max(0, (to ?? end) - from) / longest) * 100}%`;
    node.prepend(part);
  }
  return node;
}
