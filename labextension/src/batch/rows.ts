/** The rows of a batch, of which only those in sight are in the page: the kernel is asked for them. */

import { __ } from '../texts';
import { duration } from '../view/format';
import { element } from '../view/dom';
import { FAILED, type BatchRow } from './state';
import { rowState } from './words';

/** Pixels of a row, and rows beyond those in sight that are asked for as well. */
const ROW = 26;
const SPARE = 10;

/** Milliseconds between two questions while rows in sight change. */
const PATIENCE = 400;

export interface Window {
  readonly from: number;
  readonly total: number;
  readonly rows: readonly BatchRow[];
  readonly only: string;
}

/** The rows to ask for: those in sight and a few more. */
export function wanted(top: number, height: number, total: number): [number, number] {
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  return [first, Math.min(total, Math.ceil((top + height) / ROW) + SPARE)];
}

export class RowWindow {
  readonly node: HTMLElement;
  private readonly space = element('div', { class: 'wsn-batch-space' });
  private only = '';
  private total = 0;
  private all = 0;
  private shown: [number, number] = [0, 0];
  private timer = 0;
  private frame = 0;

  constructor(
    private readonly ask: (from: number, to: number, only: string) => void,
    signal: AbortSignal
  ) {
    const looks = { class: 'wsn-batch-rows', tabindex: '0', role: 'table', 'aria-label': __('Rows'), 'data-lm-suppress-shortcuts': 'true' };
    this.node = element('div', looks, this.space);
    this.node.addEventListener('scroll', () => this.look());
    signal.addEventListener('abort', () => {
      window.clearTimeout(this.timer);
      cancelAnimationFrame(this.frame);
    });
  }

  /** There are so many rows; `changed`: the first and the last that are not as they were. */
  update(total: number, changed: [number, number] | null): void {
    this.all = total;
    if (this.only === '' && total !== this.total) {
      this.setTotal(total);
      this.look();
      return;
    }
    const inSight = changed !== null && changed[0] < this.shown[1] && changed[1] >= this.shown[0];
    if ((inSight || this.only !== '') && this.timer === 0) {
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.request();
      }, PATIENCE);
    }
  }

  /** Show those that failed alone, or all. */
  filter(failed: boolean): void {
    this.only = failed ? FAILED : '';
    this.total = this.all;
    this.node.scrollTop = 0;
    this.request();
  }

  reveal(position: number): void {
    this.node.scrollTop = position * ROW;
    this.look();
  }

  take(window: Window): void {
    if (window.only !== this.only) {
      return;
    }
    this.setTotal(window.total);
    this.node.setAttribute('aria-rowcount', String(window.total));
    this.space.replaceChildren(...window.rows.map((row, place) => line(row, window.from + place)));
  }

  private setTotal(total: number): void {
    this.total = total;
    this.space.style.height = `${total * ROW}px`;
  }

  private look(): void {
    if (this.frame === 0) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.request();
      });
    }
  }

  private request(): void {
    this.shown = wanted(this.node.scrollTop, this.node.clientHeight || 300, this.total);
    this.ask(...this.shown, this.only);
  }
}

function line(row: BatchRow, place: number): HTMLElement {
  const again = row.attempts > 1 ? ` ×${row.attempts}` : '';
  const node = element(
    'div',
    { class: `wsn-batch-row wsn-is-${row.status}`, role: 'row', 'aria-rowindex': String(place + 1) },
    element('span', { class: 'wsn-batch-index', role: 'rowheader', text: row.index, title: row.index }),
    element('span', { class: 'wsn-batch-state', role: 'cell', text: `${rowState(row.status)}${again}` }),
    element('span', { class: 'wsn-batch-text', role: 'cell', text: row.text, title: row.text }),
    element('span', { class: 'wsn-batch-ms', role: 'cell', text: row.ms > 0 ? duration(row.ms) : '' })
  );
  node.style.top = `${place * ROW}px`;
  return node;
}
