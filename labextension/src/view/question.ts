/** The pictures that went with the question, small, each with what it is. */

import type { Picture, Run } from '../run/bundle';
import { __ } from '../texts';
import { element, show } from './dom';
import { visible } from './format';

export class Question {
  readonly node = element('div', { class: 'wsn-question', role: 'group', 'aria-label': __('Pictures of the question') });
  private shown: readonly Picture[] | null = null;

  update(run: Run): void {
    if (run.images === this.shown) {
      return;
    }
    this.shown = run.images;
    show(this.node, run.images.length > 0);
    this.node.replaceChildren(...run.images.map(figure));
  }
}

/** A picture with its caption. */
export function figure({ url, caption }: Picture): HTMLElement {
  const picture = url === null ? [] : [element('img', { src: url, alt: '' })];
  return element('figure', {}, ...picture, element('figcaption', { text: visible(caption), title: visible(caption) }));
}
