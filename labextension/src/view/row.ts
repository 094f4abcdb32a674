import type { Fault } from '../run/bundle';
import { __ } from '../texts';
import { element, setAttribute, setText, sized } from './dom';
import { duration, joined } from './format';
import { labelOf, spansInWords, type Row } from './rows';
import type { TimeWindow } from './window';
import { KIND_WORDS } from './words';

const MOST_FLAGS = 50;

/** One row of the timeline: name, bars, what came of it. */
export class RowView {
  readonly node: HTMLElement;
  readonly name = element('span', { class: 'wsn-name' });
  readonly aside = element('span', { class: 'wsn-aside' });
  readonly label = element('div', { class: 'wsn-label', role: 'gridcell' });
  private readonly head: HTMLElement;
  private readonly track = element('div', { class: 'wsn-track', role: 'gridcell' });
  private bars: HTMLElement[] = [];
  private flags: HTMLElement[] = [];
  private row: Row | null = null;
  private placed = '';

  constructor(key: string) {
    this.head = element('div', { class: 'wsn-head', role: 'rowheader' }, this.name, ' ', this.aside);
    this.node = element('div', { class: 'wsn-row', role: 'row', 'data-key': key, tabindex: '-1' }, this.head, this.track, this.label);
  }

  /** `index`: its place among all rows, from 0. */
  update(row: Row, index: number, now: number): void {
    const before = this.row;
    this.row = row;
    setAttribute(this.node, 'aria-rowindex', String(index + 2));
    this.node.style.setProperty('--wsn-index', String(index));
    if (before === row || (before?.source === row.source && before.label === row.label && before.end_ms === row.end_ms)) {
      return;
    }
    setAttribute(this.node, 'data-kind', row.kind);
    setAttribute(this.node, 'data-status', row.status);
    setAttribute(this.node, 'data-tone', row.tone);
    setAttribute(this.node, 'aria-level', row.kind === 'turn' ? '1' : '2');
    setText(this.name, row.name);
    setText(this.aside, row.aside);
    setAttribute(this.head, 'title', row.aside === '' ? row.name : `${row.name} ${row.aside}`);
    setText(this.label, labelOf(row, now));
    setAttribute(this.label, 'title', row.label);
    const words = joined([spansInWords(row.spans, row.end_ms ?? now), ...faultsOf(row).map(({ rule }) => __('fault: %1', rule))], ', ');
    setAttribute(this.track, 'aria-label', words === '' ? __('not begun') : words);
    this.placed = '';
    this.syncBars(row, now);
    this.syncFlags(row);
  }

  /** Put the bars where they belong when the plot shows this part of the time and it is `now`. */
  place({ from: first, span }: TimeWindow, now: number): void {
    const row = this.row;
    if (row === null) {
      return;
    }
    const end = row.end_ms ?? Math.max(now, row.start_ms);
    const place = `${first} ${span} ${end}`;
    if (place === this.placed) {
      return;
    }
    this.placed = place;
    setText(this.label, labelOf(row, end));
    row.spans.forEach(([kind, from, to], index) => {
      const bar = this.bars[index];
      if (bar !== undefined) {
        const until = Math.max(from, to ?? end);
        bar.style.left = percent(from - first, span);
        bar.style.width = percent(until - from, span);
        bar.style.setProperty('--wsn-done', kind === 'tool' ? doneOf(row) : '100%');
      }
    });
    faultsOf(row).slice(0, MOST_FLAGS).forEach(({ at_ms }, index) => {
      const flag = this.flags[index];
      if (flag !== undefined) {
        flag.style.left = percent(at_ms - first, span);
      }
    });
  }

  /** A flag at each fault that somebody had set and that happened. */
  private syncFlags(row: Row): void {
    const faults = faultsOf(row).slice(0, MOST_FLAGS);
    const flags = sized(this.flags, faults.length, this.track, () => element('div', { class: 'wsn-flag' }));
    flags.forEach((flag, index) => setAttribute(flag, 'title', __('fault: %1', faults[index]?.rule ?? '')));
  }

  mark(tabStop: boolean, selected: boolean): void {
    setAttribute(this.node, 'tabindex', tabStop ? '0' : '-1');
    setAttribute(this.node, 'aria-selected', String(selected));
  }

  private syncBars(row: Row, now: number): void {
    const bars = sized(this.bars, row.spans.length, this.track, () => element('div', { class: 'wsn-bar' }));
    row.spans.forEach(([kind, from, to], index) => {
      const bar = bars[index] as HTMLElement;
      setAttribute(bar, 'data-kind', kind);
      setAttribute(bar, 'title', `${__(KIND_WORDS[kind])} ${duration((to ?? row.end_ms ?? now) - from)}`);
    });
  }
}

/** How much of the bar of a running call is done, by the call's own words. */
function doneOf({ source, end_ms }: Row): string {
  const fraction = 'progress' in source && end_ms === null ? (source.progress?.fraction ?? 1) : 1;
  return `${fraction * 100}%`;
}

function faultsOf({ source }: Row): readonly Fault[] {
  return 'faults' in source ? source.faults : [];
}

function percent(ms: number, span: number): string {
  return `${(ms / span) * 100}%`;
}
