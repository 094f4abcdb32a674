/**
 * The timeline: one row per turn and per call on one clock, as a treegrid of one tab stop. Arrow keys move between rows,
 * Enter or a click opens a row's details, Escape closes them; W and S, A and D zoom and move, as in Perfetto.
 */

import { KINDS, type Run } from '../bundle';
import { RowDetails } from './details';
import { element, isAtEnd, placed, setAttribute, setText, show } from './dom';
import { keyHelp } from './help';
import { keepPlainKeys, MOVES } from './keys';
import { LABEL_GAP, neededSpan, steppedSpan, ticks, type Tick } from './layout';
import { Measure } from './measure';
import { RowView } from './row';
import { rowsOf, type Row } from './rows';
import { __ } from './say';
import { Strip } from './strip';
import { tableOf } from './table';
import { tipContent } from './tip';
import { isWhole, panned, zoomed, type TimeWindow } from './window';
import { KIND_WORDS } from './words';

/** Pixels: the indent of a call, the space between name and aside, and after both. */
const INDENT = 14;
const NAME_GAP = 6;
const LABELS_GAP = 18;

export class Timeline {
  readonly node = element('details', { class: 'wsn-timeline', open: '' });
  private readonly scroll = element('div', { class: 'wsn-scroll' });
  private readonly grid = element('div', { class: 'wsn-grid', role: 'treegrid', 'aria-label': __('Timeline') });
  private readonly axis = element('div', { class: 'wsn-ticks', role: 'columnheader' });
  private readonly axisName = element('span', { class: 'wsn-hidden', text: __('Time') });
  private readonly lines = element('div', { class: 'wsn-lines', 'aria-hidden': 'true' });
  private readonly nowLine = element('div', { class: 'wsn-now' });
  private readonly legend = element('div', { class: 'wsn-legend', 'aria-label': __('Kinds of time'), role: 'list' });
  private readonly details: RowDetails;
  private readonly measure = new Measure();
  private readonly views = new Map<string, RowView>();
  /** Sizes are told, not asked for: the page would have to lay out all of the rows at once for an answer. */
  private readonly resizes = new ResizeObserver(entries => this.resize(entries.at(-1)?.contentRect.width ?? 0));
  private width = 0;
  private atEnd = true;
  private rows: readonly Row[] = [];
  private running = false;
  private now = 0;
  private span = 0;
  private plot = 0;
  private marks = '';
  private kinds = '';
  private selected: string | null = null;
  private current = '0';
  /** What of the time is shown; null: all of it. */
  private window: TimeWindow | null = null;
  private run: Run | null = null;
  private wholeRows: readonly Row[] | null = null;
  private readonly strip = new Strip();
  private readonly tip = element('div', { class: 'wsn-tip', 'aria-hidden': 'true', hidden: '' });
  private readonly tableButton = element('button', { class: 'wsn-link', type: 'button', 'aria-expanded': 'false', text: __('Table') });
  private readonly helpButton = element('button', { class: 'wsn-link', type: 'button', 'aria-expanded': 'false', text: __('Keys') });
  private readonly table = element('div', { class: 'wsn-table-scroll', tabindex: '0', role: 'region', 'aria-label': __('Timeline as a table'), hidden: '' });
  private readonly help = element('div', { class: 'wsn-keys', role: 'region', 'aria-label': __('Keys of the timeline'), hidden: '' });

  constructor(signal: AbortSignal) {
    this.details = new RowDetails(() => this.select(null, true), signal);
    const head = element(
      'div',
      { class: 'wsn-axis', role: 'row' },
      element('div', { role: 'columnheader' }, element('span', { class: 'wsn-hidden', text: __('Turn or call') })),
      this.axis
    );
    this.axis.append(this.axisName);
    this.grid.append(this.lines, head);
    this.scroll.append(this.grid);
    this.node.append(
      element('summary', { class: 'wsn-fold', text: __('Timeline') }),
      this.scroll,
      element(
        'div',
        { class: 'wsn-foot' },
        this.legend,
        this.strip.node,
        element('div', { class: 'wsn-tools' }, this.tableButton, this.helpButton)
      ),
      this.tip,
      this.help,
      this.table,
      this.details.node
    );
    this.help.append(keyHelp());
    this.tableButton.addEventListener('click', () => this.toggleTable(), { signal });
    this.helpButton.addEventListener('click', () => this.toggleHelp(), { signal });
    this.listenToPointer(signal);
    this.grid.addEventListener('click', event => this.onClick(event), { signal });
    this.grid.addEventListener('keydown', event => this.onKey(event), { signal });
    this.node.addEventListener('keydown', keepPlainKeys, { signal });
    this.scroll.addEventListener('scroll', () => (this.atEnd = isAtEnd(this.scroll)), { signal, passive: true });
    this.resizes.observe(this.scroll);
    signal.addEventListener('abort', () => this.resizes.disconnect());
  }

  /** `whole`: the run that this one is an earlier moment of; the axis is made for that one. */
  update(run: Run, now: number, whole: Run | null = null): void {
    this.run = run;
    this.wholeRows = whole === null ? null : rowsOf(whole);
    const ended = this.running && run.status !== 'in_progress' && whole === null;
    this.running = run.status === 'in_progress';
    this.rows = rowsOf(run);
    this.now = now;
    show(this.node, this.rows.length > 0);
    const grown = this.syncRows();
    this.updateLegend();
    this.strip.update(run, now);
    this.layout();
    if (!this.table.hidden) {
      this.drawTable();
    }
    if (grown && this.atEnd && this.running) {
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
    if (this.plot <= 0) {
      return;
    }
    if (this.spanFor() !== this.span) {
      this.layout();
      return;
    }
    for (const row of this.rows) {
      if (row.end_ms === null) {
        this.views.get(row.key)?.place(this.shown, now);
      }
    }
    this.placeNow();
  }

  /** Rows come and go; those that stay keep their elements. Says whether any came. */
  private syncRows(): boolean {
    let grown = false;
    const keys = new Set(this.rows.map(row => row.key));
    for (const [key, view] of this.views) {
      if (!keys.has(key)) {
        view.node.remove();
        this.views.delete(key);
      }
    }
    let before: Element = this.grid.children[1] as Element;
    for (const row of this.rows) {
      let view = this.views.get(row.key);
      if (view === undefined) {
        view = new RowView(row.key);
        this.views.set(row.key, view);
        grown = true;
      }
      view.update(row, this.now);
      if (before.nextElementSibling !== view.node) {
        before.after(view.node);
      }
      before = view.node;
    }
    this.updateFocusStop();
    return grown;
  }

  private updateFocusStop(): void {
    if (!this.views.has(this.current)) {
      this.current = this.rows[0]?.key ?? '0';
    }
    for (const [key, view] of this.views) {
      view.mark(key === this.current, key === this.selected);
    }
  }

  private updateLegend(): void {
    const present = new Set(this.rows.flatMap(row => row.spans.map(([kind]) => kind)));
    const kinds = KINDS.filter(kind => present.has(kind));
    if (kinds.join() === this.kinds) {
      return;
    }
    this.kinds = kinds.join();
    this.legend.replaceChildren(
      ...kinds.map(kind =>
        element(
          'span',
          { class: 'wsn-key', role: 'listitem' },
          element('span', { class: 'wsn-swatch', 'data-kind': kind, 'aria-hidden': 'true' }),
          document.createTextNode(__(KIND_WORDS[kind]))
        )
      )
    );
  }

  private resize(width: number): void {
    this.width = width;
    this.fonts = '';
    this.layout();
  }

  private layout(): void {
    const { width } = this;
    if (width === 0 || this.rows.length === 0) {
      return;
    }
    this.learnFonts();
    const labels = this.labelsWidth(width);
    this.node.style.setProperty('--wsn-labels', `${labels}px`);
    this.plot = width - labels;
    this.span = this.spanFor();
    this.place();
  }

  /** The part of the time that is shown. */
  private get shown(): TimeWindow {
    return this.window ?? { from: 0, span: this.span };
  }

  private place(): void {
    for (const row of this.rows) {
      this.views.get(row.key)?.place(this.shown, this.now);
    }
    this.drawTicks();
    this.placeNow();
  }

  /** The kinds of rows whose fonts are known. */
  private fonts = '';

  private learnFonts(): void {
    for (const kind of ['turn', 'call'] as const) {
      if (this.fonts.includes(kind)) {
        continue;
      }
      const row = this.rows.find(candidate => candidate.kind === kind);
      const view = row === undefined ? undefined : this.views.get(row.key);
      if (view !== undefined) {
        this.measure.learn(kind, view.name);
        this.measure.learn('aside', view.aside);
        this.measure.learn('label', view.label);
        this.fonts += ` ${kind}`;
      }
    }
  }

  /** The left column is as wide as its longest text, within limits; what is longer is cut and has a title. */
  private labelsWidth(width: number): number {
    const texts = this.rows.map(row => {
      const aside = row.aside === '' ? 0 : this.measure.width('aside', row.aside) + NAME_GAP;
      return this.measure.width(row.kind, row.name) + aside + (row.kind === 'call' ? INDENT : 0);
    });
    const least = width > 640 ? 150 : 96;
    const most = Math.min(260, width * 0.36);
    return Math.round(Math.min(most, Math.max(least, Math.max(...texts) + LABELS_GAP)));
  }

  private spanFor(): number {
    const extents = (this.wholeRows ?? this.rows).map(row => ({
      end_ms: row.end_ms ?? this.now,
      label: this.measure.width('label', row.label) + LABEL_GAP
    }));
    const needed = neededSpan(extents, this.plot);
    return this.running && this.wholeRows === null ? steppedSpan(needed, this.span) : needed;
  }

  private drawTicks(): void {
    const { from, span } = this.shown;
    const share = (mark: Tick): number => (mark.at_ms - from) / span;
    const marks = ticks(span, this.plot, from);
    const key = marks.map(mark => `${mark.text}@${(share(mark) * 100).toFixed(3)}`).join();
    if (key === this.marks) {
      return;
    }
    this.marks = key;
    const lines = marks.map(mark => placed('wsn-line', share(mark)));
    this.axis.replaceChildren(
      this.axisName,
      ...marks.map(mark => {
        const node = placed('wsn-tick', share(mark));
        setText(node, mark.text);
        return node;
      })
    );
    this.lines.replaceChildren(...lines, this.nowLine);
  }

  private placeNow(): void {
    const share = (this.now - this.shown.from) / this.shown.span;
    show(this.nowLine, this.running && share >= 0 && share <= 1);
    this.nowLine.style.left = `${share * 100}%`;
  }

  private select(key: string | null, focus: boolean): void {
    this.selected = key;
    if (key !== null) {
      this.current = key;
    }
    this.updateFocusStop();
    this.refreshDetails();
    if (focus) {
      this.views.get(this.current)?.node.focus();
    }
  }

  private refreshDetails(): void {
    const row = this.rows.find(candidate => candidate.key === this.selected);
    if (row === undefined) {
      this.details.close();
    } else {
      this.details.open(row, this.now);
    }
  }

  private keyOf(target: EventTarget | null): string | null {
    const node = target instanceof Element ? target.closest('.wsn-row') : null;
    return node?.getAttribute('data-key') ?? null;
  }

  private onClick(event: MouseEvent): void {
    const key = this.keyOf(event.target);
    if (this.dragged) {
      this.dragged = false;
    } else if (key !== null) {
      this.showTip(null);
      this.select(key === this.selected ? null : key, true);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const key = this.keyOf(event.target);
    if (key === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const index = this.rows.findIndex(row => row.key === key);
    const letter = event.key.toLowerCase();
    if (letter === 'w' || letter === 's') {
      this.zoom(letter === 'w' ? 1 / ZOOM : ZOOM, this.pointer);
    } else if (letter === 'a' || letter === 'd') {
      this.pan(letter === 'a' ? -PAN : PAN);
    } else if (event.key === '0') {
      this.showPart(null);
    } else if (event.key === '?') {
      this.toggleHelp();
    } else if (event.key === 'Escape' && this.selected === null && !(this.tip.hidden && this.help.hidden)) {
      this.tip.hidden = true;
      show(this.help, false);
      setAttribute(this.helpButton, 'aria-expanded', 'false');
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.select(key === this.selected ? null : key, true);
    } else if (event.key === 'Escape' && this.selected !== null) {
      this.select(null, true);
    } else if (Object.hasOwn(MOVES, event.key)) {
      this.focusRow(MOVES[event.key]?.(index, this.rows.length - 1) ?? index);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // Zoom and move.

  /** Where the pointer is over the plot, from 0 to 1; the middle where it is not. */
  private pointer = 0.5;

  private zoom(factor: number, share: number): void {
    this.showPart(zoomed(this.shown, this.span, factor, share));
  }

  private pan(by: number): void {
    this.showPart(panned(this.shown, this.span, by));
  }

  private showPart(window: TimeWindow | null): void {
    this.window = window === null || isWhole(window, this.span) ? null : window;
    this.node.toggleAttribute('data-wsn-zoomed', this.window !== null);
    this.place();
  }

  private listenToPointer(signal: AbortSignal): void {
    const shareOf = (event: MouseEvent): number => {
      const { left, width } = this.lines.getBoundingClientRect();
      return width > 0 ? Math.min(1, Math.max(0, (event.clientX - left) / width)) : 0.5;
    };
    this.grid.addEventListener(
      'pointermove',
      event => {
        this.pointer = shareOf(event);
        this.showTip(this.keyOf(event.target));
      },
      { signal }
    );
    this.grid.addEventListener('pointerleave', () => this.showTip(null), { signal });
    this.grid.addEventListener(
      'focusin',
      event => {
        // At the right, where it hides the least of the rows that come next.
        this.pointer = 1;
        this.showTip(this.keyOf(event.target));
        this.pointer = 0.5;
      },
      { signal }
    );
    this.grid.addEventListener('focusout', () => this.showTip(null), { signal });
    // The wheel alone scrolls the page.
    this.grid.addEventListener(
      'wheel',
      event => {
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          this.zoom(event.deltaY < 0 ? 1 / ZOOM : ZOOM, shareOf(event));
        } else if (this.window !== null && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          event.preventDefault();
          this.pan(event.deltaX / Math.max(1, this.plot));
        }
      },
      { signal, passive: false }
    );
    this.grid.addEventListener('pointerdown', event => this.drag(event, signal), { signal });
  }

  /** Drag what is zoomed. */
  private drag(start: PointerEvent, signal: AbortSignal): void {
    if (this.window === null || start.button !== 0) {
      return;
    }
    const first = this.window;
    const ended = new AbortController();
    signal.addEventListener('abort', () => ended.abort(), { signal: ended.signal });
    const onMove = (event: PointerEvent): void => {
      this.dragged = this.dragged || Math.abs(event.clientX - start.clientX) > 3;
      this.showPart(panned(first, this.span, (start.clientX - event.clientX) / Math.max(1, this.plot)));
    };
    this.dragged = false;
    document.addEventListener('pointermove', onMove, { signal: ended.signal });
    for (const kind of ['pointerup', 'pointercancel'] as const) {
      document.addEventListener(kind, () => ended.abort(), { signal: ended.signal });
    }
  }

  private dragged = false;

  // What is said of a row beside it, of all rows, of the keys.

  private showTip(key: string | null): void {
    const row = key === null || key === this.selected ? undefined : this.rows.find(each => each.key === key);
    const view = row === undefined ? undefined : this.views.get(row.key);
    show(this.tip, row !== undefined);
    if (row === undefined || view === undefined) {
      return;
    }
    this.tip.replaceChildren(...tipContent(row, this.now));
    const place = view.node.getBoundingClientRect();
    const home = this.node.getBoundingClientRect();
    this.tip.style.top = `${place.bottom - home.top + 2}px`;
    const rightmost = Math.max(8, home.width - this.tip.offsetWidth - 12);
    this.tip.style.left = `${Math.min(Math.max(8, this.pointer * this.plot), rightmost)}px`;
  }

  private toggleHelp(): void {
    show(this.help, this.help.hidden !== false);
    setAttribute(this.helpButton, 'aria-expanded', String(!this.help.hidden));
  }

  private toggleTable(): void {
    show(this.table, this.table.hidden !== false);
    setAttribute(this.tableButton, 'aria-expanded', String(!this.table.hidden));
    if (!this.table.hidden) {
      this.drawTable();
    }
  }

  private drawTable(): void {
    if (this.run !== null) {
      this.table.replaceChildren(tableOf(this.run, this.rows, this.now));
    }
  }

  private focusRow(index: number): void {
    const row = this.rows[Math.min(Math.max(index, 0), this.rows.length - 1)];
    if (row !== undefined) {
      this.current = row.key;
      this.updateFocusStop();
      this.views.get(row.key)?.node.focus();
    }
  }
}

/** Pixels; beyond the end of every list. */
const FAR = 1e7;

/** One press of W or S, and of A or D as a part of the width. */
const ZOOM = 1.5;
const PAN = 0.2;
