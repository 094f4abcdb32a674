/** What was sent: the prompt as it went out, to whom, and how much that was. Opened from the line over the run. */

import type { Run } from '../run/bundle';
import { __ } from '../texts';
import { element, factList, isolated, setAttribute, show } from './dom';
import { bytes, joined, numbersOf, saving, visible } from './format';

/** Characters of a prompt. */
const LIMIT = 20_000;

export class Sent {
  readonly node = element('section', { class: 'wsn-sent-details', hidden: '' });
  private run: Run | null = null;

  constructor() {
    setAttribute(this.node, 'aria-label', __('What was sent'));
  }

  get open(): boolean {
    return !this.node.hidden;
  }

  toggle(): void {
    show(this.node, !this.open);
    this.draw();
  }

  update(run: Run): void {
    const changed = run !== this.run;
    this.run = run;
    if (changed) {
      this.draw();
    }
  }

  private draw(): void {
    const { run } = this;
    if (run === null || !this.open) {
      return;
    }
    this.node.replaceChildren(
      element('div', { class: 'wsn-block-name', text: __('The prompt as it was sent') }),
      element('pre', { class: 'wsn-pre', 'data-part': 'prompt', tabindex: '0' }, ...isolated(visible(run.prompt.slice(0, LIMIT)))),
      factList(factsOf(run))
    );
  }
}

function factsOf({ session, started, bytes: sent, usage, images }: Run): (readonly [name: string, value: string])[] {
  const { provider, model, transport, address, note } = session;
  const saved = transport === 'http' ? '' : saving(sent.sent, sent.full_context);
  return [
    [__('with'), images.map(({ caption }) => visible(caption)).join(', ')],
    [__('to'), visible(joined([provider, model, note]))],
    [__('over'), visible(joined([transport, address]))],
    [__('at'), visible(started)],
    [__('sent'), bytes(sent.sent)],
    [__('HTTP would have sent'), saved === '' ? '' : __('%1 with the full input in every request', bytes(sent.full_context))],
    [__('received'), bytes(sent.received)],
    [__('tokens'), __('%1 in (%2 cached), %3 out (%4 reasoning)', ...numbersOf(usage))]
  ];
}
