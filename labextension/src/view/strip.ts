/** The whole run in small, as one bar in the line over it: a button that opens and folds the timeline. */

import type { Run } from '../run/bundle';
import { __ } from '../texts';
import { element, setAttribute, show } from './dom';
import { shapeOf, type Piece } from './shape';

/** Milliseconds between two pictures of a run that goes on. */
const REDRAW = 250;

export class Strip {
  readonly node = element('button', { class: 'wsn-strip', type: 'button' });
  private readonly bar = element('span', { class: 'wsn-strip-bar', 'aria-hidden': 'true' });
  private drawn = -Infinity;
  private run: Run | null = null;

  constructor(onClick: () => void, signal: AbortSignal) {
    this.node.append(this.bar);
    setAttribute(this.node, 'aria-label', __('Timeline'));
    this.setOpen(true);
    this.node.addEventListener('click', onClick, { signal });
  }

  setOpen(open: boolean): void {
    setAttribute(this.node, 'aria-expanded', String(open));
    setAttribute(this.node, 'title', open ? __('Fold the timeline') : __('Open the timeline'));
  }

  update(run: Run, now: number): void {
    show(this.node, run.turns.length > 0);
    const ended = run.status !== 'in_progress' && run !== this.run;
    this.run = run;
    if (ended || performance.now() - this.drawn > REDRAW) {
      this.draw(run, now);
    }
  }

  /** A mark at the moment that is replayed, as a share of the run; null: none. */
  mark(share: number | null): void {
    this.bar.toggleAttribute('data-wsn-at', share !== null);
    this.bar.style.setProperty('--wsn-at', `${(share ?? 0) * 100}%`);
  }

  private draw(run: Run, now: number): void {
    this.drawn = performance.now();
    this.bar.style.backgroundImage = gradientOf(shapeOf(run, now));
  }
}

/** The colours are those of the style sheet, so that they follow the page's theme. */
function gradientOf(pieces: readonly Piece[]): string {
  const stops: string[] = [];
  let reached = 0;
  const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;
  for (const { kind, from, to } of pieces) {
    if (from > reached) {
      stops.push(`transparent ${percent(reached)} ${percent(from)}`);
    }
    stops.push(`var(--wsn-kind-${kind}) ${percent(from)} ${percent(to)}`);
    reached = to;
  }
  if (reached < 1) {
    stops.push(`transparent ${percent(reached)} 100%`);
  }
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
