/** A batch while it runs: how far it is, its lanes, all rows by state, what went wrong, and the rows themselves. */

import { __, _n } from '../texts';
import { element, setText, show } from '../view/dom';
import { joined, whole } from '../view/format';
import { addSheet } from '../view/sheet';
import css from './batch.css';
import { StateGrid } from './grid';
import { lanesPicture } from './lanes';
import { RowWindow, type Window } from './rows';
import { ended, failures, type Facts } from './state';
import { factWords, progressWords } from './words';

export type Wish = { kind: 'pause' | 'resume' | 'stop' | 'ready' } | { kind: 'rows'; from: number; to: number; only: string };

/** Milliseconds between two sentences to a screen reader. */
const SPOKEN = 10_000;

export class BatchView {
  readonly node: HTMLElement;
  private readonly prompt = element('div', { class: 'wsn-batch-prompt' });
  private readonly progress = element('strong', { class: 'wsn-batch-progress' });
  private readonly facts = element('span', { class: 'wsn-batch-facts' });
  private readonly spoken = element('span', { class: 'wsn-hidden', role: 'status' });
  private readonly pause = element('button', { class: 'wsn-button', type: 'button' });
  private readonly stop = element('button', { class: 'wsn-button', type: 'button', text: __('Stop') });
  private readonly done = element('i', { class: 'wsn-batch-done' });
  private readonly bad = element('i', { class: 'wsn-batch-bad' });
  private readonly bar = element('div', { class: 'wsn-batch-bar', role: 'progressbar', 'aria-label': __('Progress') }, this.done, this.bad);
  private readonly lanes = element('div', { class: 'wsn-batch-lanes' });
  private readonly errors = element('ul', { class: 'wsn-batch-errors', 'aria-label': __('Errors') });
  private readonly only = element('input', { type: 'checkbox' });
  private readonly notes = element('div', { class: 'wsn-batch-notes' });
  private readonly grid: StateGrid;
  private readonly rows: RowWindow;
  private told = 0;
  private status = '';

  constructor(signal: AbortSignal, send: (wish: Wish) => void) {
    this.grid = new StateGrid(signal, position => this.rows.reveal(position));
    this.rows = new RowWindow((from, to, only) => send({ kind: 'rows', from, to, only }), signal);
    this.pause.addEventListener('click', () => send({ kind: this.status === 'paused' ? 'resume' : 'pause' }));
    this.stop.addEventListener('click', () => send({ kind: 'stop' }));
    this.only.addEventListener('change', () => this.rows.filter(this.only.checked));
    const head = element(
      'div',
      { class: 'wsn-batch-head' },
      element('div', { class: 'wsn-batch-words' }, this.progress, this.facts),
      element('div', { class: 'wsn-batch-buttons' }, this.pause, this.stop)
    );
    const filter = element('label', { class: 'wsn-batch-filter' }, this.only, ` ${__('only rows that failed')}`);
    const parts = [this.prompt, head, this.bar, this.lanes, this.grid.node, this.grid.legend, this.notes, this.errors, filter, this.rows.node, this.spoken];
    this.node = element('div', { class: 'wsn-batch' }, ...parts);
    queueMicrotask(() => addSheet(this.node, 'batch', css));
  }

  update(facts: Facts, letters: Uint8Array, changed: [number, number] | null): void {
    this.status = facts.status;
    const words = progressWords(facts);
    setText(this.prompt, facts.prompt);
    setText(this.progress, words);
    setText(this.facts, joined(factWords(facts)));
    const running = facts.status === 'in_progress' || facts.status === 'paused';
    setText(this.pause, facts.status === 'paused' ? __('Resume') : __('Pause'));
    show(this.pause, running);
    show(this.stop, running);
    this.measure(facts, words);
    lanesPicture(this.lanes, facts);
    this.grid.update(letters, `${__('Rows by state')}: ${words}`, facts.counts);
    this.tellErrors(facts);
    this.rows.update(facts.total, changed);
    this.speak(words, facts);
  }

  take(window: Window): void {
    this.rows.take(window);
  }

  private measure(facts: Facts, words: string): void {
    const failed = failures(facts);
    this.done.style.width = `${((ended(facts) - failed) / facts.total) * 100}%`;
    this.bad.style.width = `${(failed / facts.total) * 100}%`;
    this.bar.setAttribute('aria-valuemax', String(facts.total));
    this.bar.setAttribute('aria-valuenow', String(ended(facts)));
    this.bar.setAttribute('aria-valuetext', words);
  }

  private tellErrors(facts: Facts): void {
    const notes = joined([...facts.notes, facts.stopped], ' ');
    setText(this.notes, notes);
    show(this.notes, notes !== '');
    show(this.errors, facts.errors.length > 0);
    const lines = facts.errors.map(({ text, count }) => `${_n('%1 row', '%1 rows', count, whole(count))}: ${text}`);
    if (lines.join('\n') !== [...this.errors.children].map(each => each.textContent ?? '').join('\n')) {
      this.errors.replaceChildren(...lines.map(text => element('li', { text })));
    }
  }

  private speak(words: string, facts: Facts): void {
    const now = Date.now();
    if (now - this.told >= SPOKEN || facts.status !== 'in_progress') {
      this.told = now;
      setText(this.spoken, words);
    }
  }
}
