/** The rows' elements. Only those in sight have any, and the one that has the tab stop; room is kept for all. */

import { dropOthers, element, putBehind } from './dom';
import { columnWidth, rowsInSight } from './layout';
import { Measure } from './measure';
import { RowView } from './row';
import type { Row } from './rows';
import type { TimeWindow } from './window';

/** Widths of letters: a row's height, the indent of a call, the space between name and aside, and after a column's text. */
export const ROW_HEIGHT = 1.7;
const INDENT = 1.25;
const NAME_GAP = 0.5;
const COLUMN_GAP = 1.4;

export class RowList {
  readonly node = element('div', { class: 'wsn-rows', role: 'rowgroup' });
  private readonly measure = new Measure();
  private readonly views = new Map<string, RowView>();
  private rows: readonly Row[] = [];
  private sight: readonly [top: number, height: number] = [0, 0];
  private fonts = '';
  /** Pixels of one letter's width (em), of the widest name and of the widest result so far. */
  private em = 0;
  private widest = { names: 0, results: 0 };
  private run = '';
  /** The row that has the tab stop, and the one whose details are open. */
  current = '0';
  selected: string | null = null;

  /** Show these rows of this run. */
  update(run: string, rows: readonly Row[], now: number): void {
    if (run !== this.run) {
      this.run = run;
      this.widest = { names: 0, results: 0 };
    }
    this.rows = rows;
    this.node.style.setProperty('--wsn-count', String(rows.length));
    if (!rows.some(({ key }) => key === this.current)) {
      this.current = rows[0]?.key ?? '0';
    }
    this.sync(now);
  }

  /** What of the rows is in sight, in pixels. Says whether others are there now. */
  look(top: number, height: number, now: number): boolean {
    const before = this.range();
    this.sight = [top, height];
    const after = this.range();
    if (before[0] === after[0] && before[1] === after[1]) {
      return false;
    }
    this.sync(now);
    return true;
  }

  place(window: TimeWindow, now: number): void {
    this.views.forEach(view => view.place(window, now));
  }

  /** Let the bars of those that run grow. */
  grow(window: TimeWindow, now: number): void {
    for (const row of this.shown()) {
      if (row.end_ms === null) {
        this.views.get(row.key)?.place(window, now);
      }
    }
  }

  nodeOf(key: string): HTMLElement | null {
    return this.views.get(key)?.node ?? null;
  }

  indexOf(key: string): number {
    return this.rows.findIndex(row => row.key === key);
  }

  mark(): void {
    for (const [key, view] of this.views) {
      view.mark(key === this.current, key === this.selected);
    }
  }

  /** Give the tab stop to a row, by its place. Says which it is. */
  moveTo(index: number, now: number): HTMLElement | null {
    const row = this.rows[Math.min(Math.max(index, 0), this.rows.length - 1)];
    if (row === undefined) {
      return null;
    }
    this.current = row.key;
    this.sync(now);
    return this.nodeOf(row.key);
  }

  /** Fonts may have changed: measure anew. */
  forgetFonts(): void {
    this.fonts = '';
    this.widest = { names: 0, results: 0 };
  }

  /** The columns at both sides are as wide as the longest text that was in sight, within limits. */
  columns(width: number): { names: number; results: number; em: number } {
    this.learnFonts();
    for (const row of this.shown()) {
      const aside = row.aside === '' ? 0 : this.measure.width('aside', row.aside) + NAME_GAP * this.em;
      const name = this.measure.width(row.kind, row.name) + aside + (row.kind === 'call' ? INDENT * this.em : 0);
      this.widest.names = Math.max(this.widest.names, name);
      this.widest.results = Math.max(this.widest.results, this.measure.width('label', row.label));
    }
    const gap = COLUMN_GAP * this.em;
    return {
      names: columnWidth('names', this.widest.names + gap, width, this.em),
      results: columnWidth('results', this.widest.results + gap, width, this.em),
      em: this.em
    };
  }

  private range(): readonly [from: number, to: number] {
    return rowsInSight(...this.sight, ROW_HEIGHT * this.em, this.rows.length);
  }

  private shown(): readonly Row[] {
    return this.rows.slice(...this.range());
  }

  /** Elements come and go; those of rows that stay are kept. */
  private sync(now: number): void {
    const [from, to] = this.range();
    const current = this.indexOf(this.current);
    const wanted: number[] = [];
    for (let index = from; index < to; index += 1) {
      wanted.push(index);
    }
    if (current >= 0 && current < from) {
      wanted.unshift(current);
    } else if (current >= to) {
      wanted.push(current);
    }
    dropOthers(this.views, new Set(wanted.map(index => this.rows[index]?.key ?? '')), view => view.node.remove());
    let before: Element | null = null;
    for (const index of wanted) {
      before = this.put(index, before, now);
    }
    this.mark();
  }

  private put(index: number, before: Element | null, now: number): Element | null {
    const row = this.rows[index];
    if (row === undefined) {
      return before;
    }
    let view = this.views.get(row.key);
    if (view === undefined) {
      view = new RowView(row.key);
      this.views.set(row.key, view);
    }
    view.update(row, index, now);
    putBehind(this.node, before, view.node);
    return view.node;
  }

  private learnFonts(): void {
    for (const kind of ['turn', 'call'] as const) {
      const row = this.fonts.includes(kind) ? undefined : this.shown().find(candidate => candidate.kind === kind);
      const view = row === undefined ? undefined : this.views.get(row.key);
      if (view !== undefined) {
        this.measure.learn(kind, view.name);
        this.measure.learn('aside', view.aside);
        this.measure.learn('label', view.label);
        this.em = parseFloat(getComputedStyle(this.node).fontSize) || this.em;
        this.fonts += ` ${kind}`;
      }
    }
  }
}
