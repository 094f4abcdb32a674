/** The timeline's axis: its marks, the lines below them, and where it is now. */

import { __ } from '../texts';
import { element, placed, setText, show } from './dom';
import { ticks, type Tick } from './layout';
import type { TimeWindow } from './window';

export class Axis {
  readonly node: HTMLElement;
  readonly lines = element('div', { class: 'wsn-lines', 'aria-hidden': 'true' });
  private readonly ticks = element('div', { class: 'wsn-ticks', role: 'columnheader' });
  private readonly name = element('span', { class: 'wsn-hidden', text: __('Time') });
  private readonly now = element('div', { class: 'wsn-now' });
  private marks = '';

  constructor() {
    const head = (name: string): HTMLElement =>
      element('div', { role: 'columnheader' }, element('span', { class: 'wsn-hidden', text: name }));
    this.ticks.append(this.name);
    this.node = element(
      'div',
      { class: 'wsn-axis', role: 'row', 'aria-rowindex': '1' },
      head(__('Turn or call')),
      this.ticks,
      head(__('Result'))
    );
  }

  /** Marks for this part of the time on a plot of so many pixels; `em`: the width of a letter. */
  draw({ from, span }: TimeWindow, plot: number, em: number): void {
    const share = (mark: Tick): number => (mark.at_ms - from) / span;
    const marks = ticks(span, plot, from, em);
    const key = marks.map(mark => `${mark.text}@${(share(mark) * 100).toFixed(3)}`).join();
    if (key === this.marks) {
      return;
    }
    this.marks = key;
    const texts = marks.map(mark => {
      const node = placed('wsn-tick', share(mark));
      setText(node, mark.text);
      return node;
    });
    this.ticks.replaceChildren(this.name, ...texts.flatMap(node => [' ', node]));
    this.lines.replaceChildren(...marks.map(mark => placed('wsn-line', share(mark))), this.now);
  }

  /** A dashed line at `now` while it moves. */
  point(now: number, { from, span }: TimeWindow, moves: boolean): void {
    const share = (now - from) / span;
    show(this.now, moves && share >= 0 && share <= 1);
    this.now.style.left = `${share * 100}%`;
  }
}
