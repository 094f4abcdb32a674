/** Steering: one line to add words to a run while it goes on, and what became of those that were added. */

import type { Run, Steer } from '../run/bundle';
import type { SteerStatus } from '../run/words';
import { __ } from '../texts';
import { element, setAttribute, setText, show, sized } from './dom';
import { visible } from './format';
import { keepKeys } from './keys';
import { STEER_WORDS } from './words';

const LONGEST = 2000;

export class Steering {
  readonly node = element('div', { class: 'wsn-steering', hidden: '' });
  private readonly list = element('ul', { class: 'wsn-steers', 'aria-label': __('Steered'), 'aria-live': 'polite' });
  private readonly input = element('input', {
    class: 'wsn-steer-input',
    type: 'text',
    maxlength: String(LONGEST),
    autocomplete: 'off',
    placeholder: __('Steer this run: add a word while it works…'),
    'aria-label': __('Steer this run: add a word while it works')
  });
  private readonly button = element('button', { class: 'wsn-button wsn-steer-send', type: 'button', text: __('Send'), disabled: '' });
  // JupyterLab sees keys before this view does; it leaves alone what happens in here.
  private readonly box = element('div', { class: 'wsn-steer-box', 'data-lm-suppress-shortcuts': 'true' }, this.input, this.button);
  private readonly lines: HTMLElement[] = [];
  private run: Run | null = null;
  /** How many of the run's steers were seen, and what was sent and not seen yet. */
  private seen = 0;
  private sending: readonly string[] = [];

  /** `onSteer` null: nothing can be added from here, as in a saved run. */
  constructor(
    private readonly onSteer: ((text: string) => void) | null,
    signal: AbortSignal
  ) {
    this.node.append(this.list, this.box);
    this.input.addEventListener('input', () => this.updateButton(), { signal });
    this.button.addEventListener('click', () => this.send(), { signal });
    this.input.addEventListener('keydown', event => this.onKey(event), { signal });
    keepKeys(this.box, signal);
  }

  /** `running`: the kernel still hears. */
  update(run: Run, running: boolean): void {
    this.run = run;
    this.sending = stillSending(this.sending, run.steers.slice(this.seen));
    this.seen = run.steers.length;
    show(this.box, running && this.onSteer !== null);
    this.draw();
  }

  private draw(): void {
    const lines = this.run === null ? [] : steerLines(this.run, this.sending);
    const nodes = sized(this.lines, lines.length, this.list, steerNode);
    lines.forEach((line, index) => drawLine(nodes[index] as HTMLElement, line));
    show(this.list, lines.length > 0);
    show(this.node, lines.length > 0 || !this.box.hidden);
  }

  private updateButton(): void {
    this.button.disabled = this.input.value.trim() === '';
  }

  private onKey(event: KeyboardEvent): void {
    // While a word is being composed, Enter and Escape belong to the input method.
    if (event.isComposing) {
      return;
    }
    if (event.key === 'Enter') {
      this.send();
    } else if (event.key === 'Escape') {
      this.write('');
    } else {
      return;
    }
    event.preventDefault();
  }

  private send(): void {
    const text = this.input.value.trim();
    if (text === '' || this.onSteer === null) {
      return;
    }
    this.sending = [...this.sending, text];
    this.onSteer(text);
    this.write('');
    this.draw();
    // A disabled button would leave the keyboard nowhere.
    this.input.focus();
  }

  private write(text: string): void {
    this.input.value = text;
    this.updateButton();
  }
}

function steerNode(): HTMLElement {
  return element(
    'li',
    { class: 'wsn-steer' },
    `${__('steered:')} `,
    element('span', { class: 'wsn-steer-text' }),
    ' · ',
    element('span', { class: 'wsn-steer-status' })
  );
}

function drawLine(node: HTMLElement, { text, status, words }: SteerLine): void {
  const [said, became] = node.children;
  setAttribute(node, 'data-status', status);
  setText(said as Element, visible(text));
  setText(became as Element, words);
}

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
