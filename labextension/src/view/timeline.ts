/**
 * The timeline: one row per turn and per call on one clock, as a treegrid of one tab stop. Arrow keys move between rows,
 * Enter or a click opens a row's details, Escape closes them; W and S, A and D zoom and move, as in Perfetto.
 */

import type { Run } from '../run/bundle';
import { __ } from '../texts';
import { Axis } from './axis';
import { RowDetails } from './details';
import { element, isAtEnd, setAttribute, show } from './dom';
import { isFolded, keepFold } from './folds';
import { Foot } from './foot';
import { keepPlainKeys, MOVES } from './keys';
import { neededSpan, steppedSpan } from './layout';
import { RowList } from './rowList';
import { rowsAt, rowsOf, type Row } from './rows';
import { tipContent } from './tip';
import { Zoom } from './zoom';

/** Pixels; beyond the end of every list. */
const FAR = 1e7;

export class Timeline {
  readonly node = element('details', { class: 'wsn-timeline', open: '' });
  private readonly summary = element('summary', { class: 'wsn-fold', text: __('Timeline') });
  private readonly scroll = element('div', { class: 'wsn-scroll' });
  private readonly grid = element('div', { class: 'wsn-grid', role: 'treegrid', 'aria-label': __('Timeline') });
  private readonly axis = new Axis();
  private readonly list = new RowList();
  private readonly details: RowDetails;
  private readonly foot: Foot;
  private readonly zoom: Zoom;
  private readonly tip = element('div', { class: 'wsn-tip', 'aria-hidden': 'true', hidden: '' });
  /** Sizes are told, not asked for: the page would have to lay out all of the rows at once for an answer. */
  private readonly resizes = new ResizeObserver(entries => this.resized(entries));
  private width = 0;
  private em = 0;
  private atEnd = true;
  private run: Run | null = null;
  private rows: readonly Row[] = [];
  /** Those of the whole run, where `rows` are those of a moment of it. */
  private whole: readonly Row[] = [];
  private running = false;
  private now = 0;
  /** Whether the reader has folded or opened it, and for what number of calls and in which place it was asked otherwise. */
  private chosen = false;
  private asked = '';

  /** `onFold` is told whether it is open, whenever that has changed. */
  constructor(
    private readonly onFold: (open: boolean) => void,
    signal: AbortSignal
  ) {
    this.details = new RowDetails(() => this.select(null, true), signal);
    this.foot = new Foot(signal);
    this.grid.append(this.axis.lines, this.axis.node, this.list.node);
    this.scroll.append(this.grid);
    this.node.append(this.summary, this.scroll, this.foot.node, this.tip, this.foot.help, this.foot.table, this.details.node);
    this.zoom = new Zoom(this.grid, this.axis.lines, zoomed => this.zoomed(zoomed), signal);
    this.listen(signal);
    this.resizes.observe(this.node);
    this.resizes.observe(this.scroll);
    signal.addEventListener('abort', () => this.resizes.disconnect());
  }

  /** `whole`: the run that this one is an earlier moment of; all of its rows are there, and its axis. */
  update(run: Run, now: number, whole: Run | null = null): void {
    const ended = this.running && run.status !== 'in_progress' && whole === null;
    const before = this.rows.length;
    this.now = now;
    this.running = run.status === 'in_progress' && whole === null;
    this.showRows(whole ?? run, whole !== null);
    this.settle();
    this.layout();
    if (this.rows.length > before && this.atEnd && this.running) {
      this.scroll.scrollTop = FAR;
    } else if (ended && this.atEnd && !this.grid.contains(document.activeElement)) {
      // Who followed it to its end reads it from its beginning, as it is read when it is opened again.
      this.scroll.scrollTop = 0;
    }
    this.refreshDetails();
  }

  /** Let running bars grow to `now`, without touching anything else. */
  tick(now: number): void {
    this.now = now;
    if (this.zoom.plot <= 0 || !this.node.open) {
      return;
    }
    if (this.spanFor() !== this.zoom.span) {
      this.layout();
      return;
    }
    this.list.grow(this.zoom.shown, now);
    this.axis.point(now, this.zoom.shown, this.running);
  }

  get isOpen(): boolean {
    return this.node.open;
  }

  /** Fold or open it, as its reader wants. */
  toggle(): void {
    this.chosen = true;
    this.setOpen(!this.node.open);
    keepFold(this.node, !this.node.open);
  }

  private showRows(run: Run, replayed: boolean): void {
    const known = replayed && this.run === run;
    this.run = run;
    this.whole = known ? this.whole : rowsOf(run);
    this.rows = replayed ? rowsAt(run, this.now) : this.whole;
    show(this.node, this.rows.length > 0);
    setAttribute(this.grid, 'aria-rowcount', String(this.rows.length + 1));
    this.list.update(run.id, this.rows, this.now);
    this.foot.update(run, this.rows, this.now, this.whole);
  }

  /** Folded where there are neither calls nor faults that somebody had set, or as the page keeps it: that is asked once it stands in the page. */
  private settle(): void {
    const calls = this.rows.filter(({ kind, source }) => kind === 'call' || ('faults' in source && source.faults.length > 0)).length;
    const asked = `${calls > 0} ${this.node.isConnected}`;
    if (!this.chosen && asked !== this.asked) {
      this.asked = asked;
      this.setOpen(!isFolded(this.node, calls));
    }
  }

  private setOpen(open: boolean): void {
    if (this.node.open !== open) {
      this.node.open = open;
      this.onFold(open);
    }
  }

  private resized(entries: readonly ResizeObserverEntry[]): void {
    this.settle();
    const entry = entries.findLast(({ target }) => target === this.scroll);
    if (entry !== undefined) {
      this.width = entry.contentRect.width;
      this.list.forgetFonts();
      this.look();
      this.layout();
    }
  }

  /** What of the rows is in sight. Says whether others have elements now. */
  private look(): boolean {
    return this.list.look(this.scroll.scrollTop, this.scroll.clientHeight, this.now);
  }

  private layout(): void {
    if (this.width === 0 || this.rows.length === 0) {
      return;
    }
    const { names, results, em } = this.list.columns(this.width);
    this.node.style.setProperty('--wsn-names', `${names}px`);
    this.node.style.setProperty('--wsn-results', `${results}px`);
    this.em = em;
    this.zoom.plot = Math.max(1, this.width - names - results);
    this.zoom.span = this.spanFor();
    this.place();
  }

  private place(): void {
    const { shown, plot } = this.zoom;
    this.list.place(shown, this.now);
    this.axis.draw(shown, plot, this.em);
    this.axis.point(this.now, shown, this.running);
  }

  private zoomed(zoomed: boolean): void {
    this.node.toggleAttribute('data-wsn-zoomed', zoomed);
    this.place();
  }

  private spanFor(): number {
    const needed = neededSpan(this.whole.map(row => row.end_ms ?? this.now));
    return this.running ? steppedSpan(needed, this.zoom.span) : needed;
  }

  private select(key: string | null, focus: boolean): void {
    this.list.selected = key;
    if (key !== null) {
      this.list.current = key;
    }
    this.list.mark();
    this.refreshDetails();
    if (focus) {
      this.list.nodeOf(this.list.current)?.focus();
    }
  }

  /** While it is replayed they stay as they are at the end, and with them what stands below. */
  private refreshDetails(): void {
    const row = this.list.selected === null ? undefined : this.whole.find(({ key }) => key === this.list.selected);
    if (row === undefined) {
      this.details.close();
    } else {
      this.details.open(row, this.now);
    }
  }

  private listen(signal: AbortSignal): void {
    this.grid.addEventListener('click', event => this.onClick(event), { signal });
    this.grid.addEventListener('keydown', event => this.onKey(event), { signal });
    this.grid.addEventListener('pointermove', event => this.showTip(keyOf(event.target)), { signal });
    this.grid.addEventListener('pointerleave', () => this.showTip(null), { signal });
    // At the right, where it hides the least of the rows that come next.
    this.grid.addEventListener('focusin', event => this.showTip(keyOf(event.target), 1), { signal });
    this.grid.addEventListener('focusout', () => this.showTip(null), { signal });
    this.node.addEventListener('keydown', keepPlainKeys, { signal });
    this.scroll.addEventListener('scroll', () => this.onScroll(), { signal, passive: true });
    this.summary.addEventListener('click', event => this.onSummary(event), { signal });
  }

  private onSummary(event: Event): void {
    event.preventDefault();
    this.toggle();
  }

  private onScroll(): void {
    this.atEnd = isAtEnd(this.scroll);
    if (this.look()) {
      this.layout();
    }
  }

  private onClick(event: MouseEvent): void {
    const key = keyOf(event.target);
    if (!this.zoom.endsDrag() && key !== null) {
      this.showTip(null);
      this.select(key === this.list.selected ? null : key, true);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const key = keyOf(event.target);
    if (key === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (this.zoom.press(event.key) || this.press(event.key, key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Whether the key means something to the row that has the focus. */
  private press(pressed: string, row: string): boolean {
    if (pressed === '?') {
      this.foot.toggleHelp();
    } else if (pressed === 'Enter' || pressed === ' ') {
      this.select(row === this.list.selected ? null : row, true);
    } else if (pressed === 'Escape') {
      return this.escape();
    } else if (MOVES.has(pressed)) {
      const index = this.list.indexOf(row);
      this.focusRow(MOVES.get(pressed)?.(index, this.rows.length - 1) ?? index);
    } else {
      return false;
    }
    return true;
  }

  /** Close what was opened last, if anything is open. */
  private escape(): boolean {
    if (this.list.selected !== null) {
      this.select(null, true);
    } else if (!this.foot.help.hidden) {
      this.foot.toggleHelp();
    } else if (!this.tip.hidden) {
      this.showTip(null);
    } else {
      return false;
    }
    return true;
  }

  /** What is said of a row beside it. `share`: at which part of the plot. */
  private showTip(key: string | null, share = this.zoom.pointer): void {
    const row = key === null || key === this.list.selected ? undefined : this.rows[this.list.indexOf(key)];
    const beside = row === undefined ? null : this.list.nodeOf(row.key);
    show(this.tip, row !== undefined && beside !== null);
    if (row === undefined || beside === null) {
      return;
    }
    this.tip.replaceChildren(...tipContent(row, this.now));
    const place = beside.getBoundingClientRect();
    const home = this.node.getBoundingClientRect();
    this.tip.style.top = `${place.bottom - home.top + 2}px`;
    const rightmost = Math.max(8, home.width - this.tip.offsetWidth - 12);
    this.tip.style.left = `${Math.min(Math.max(8, share * this.zoom.plot), rightmost)}px`;
  }

  private focusRow(index: number): void {
    const node = this.list.moveTo(index, this.now);
    this.place();
    node?.focus();
  }
}

function keyOf(target: EventTarget | null): string | null {
  const node = target instanceof Element ? target.closest('.wsn-row') : null;
  return node?.getAttribute('data-key') ?? null;
}
