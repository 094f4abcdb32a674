/**
 * The timeline: one row per turn and per call on one clock, as a treegrid of one tab stop. Arrow keys move between rows,
 * Enter or a click opens a row's details, Escape closes them.
 */

import { KINDS, type Run } from '../bundle';
import { RowDetails } from './details';
import { element, setText, show } from './dom';
import { LABEL_GAP, neededSpan, steppedSpan, ticks } from './layout';
import { Measure } from './measure';
import { RowView } from './row';
import { rowsOf, type Row } from './rows';
import { KIND_WORDS } from './words';

/** Pixels: the indent of a call, the space between name and aside, and after both. */
const INDENT = 14;
const NAME_GAP = 6;
const LABELS_GAP = 18;

export class Timeline {
  readonly node = element('details', { class: 'wsn-timeline', open: '' });
  private readonly scroll = element('div', { class: 'wsn-scroll' });
  private readonly grid = element('div', { class: 'wsn-grid', role: 'treegrid', 'aria-label': 'Timeline' });
  private readonly axis = element('div', { class: 'wsn-ticks', role: 'columnheader', 'aria-label': 'Time' });
  private readonly lines = element('div', { class: 'wsn-lines', 'aria-hidden': 'true' });
  private readonly nowLine = element('div', { class: 'wsn-now' });
  private readonly legend = element('div', { class: 'wsn-legend', 'aria-label': 'Kinds of time', role: 'list' });
  private readonly details: RowDetails;
  private readonly measure = new Measure();
  private readonly views = new Map<string, RowView>();
  private readonly resizes = new ResizeObserver(() => this.layout());
  private rows: readonly Row[] = [];
  private running = false;
  private now = 0;
  private span = 0;
  private plot = 0;
  private marks = '';
  private kinds = '';
  private selected: string | null = null;
  private current = '0';

  constructor(signal: AbortSignal) {
    this.details = new RowDetails(() => this.select(null, true), signal);
    const head = element(
      'div',
      { class: 'wsn-axis', role: 'row' },
      element('div', { role: 'columnheader' }, element('span', { class: 'wsn-hidden', text: 'Turn or call' })),
      this.axis
    );
    this.grid.append(this.lines, head);
    this.scroll.append(this.grid);
    this.node.append(
      element('summary', { class: 'wsn-fold', text: 'Timeline' }),
      this.scroll,
      this.legend,
      this.details.node
    );
    this.grid.addEventListener('click', event => this.onClick(event), { signal });
    this.grid.addEventListener('keydown', event => this.onKey(event), { signal });
    this.resizes.observe(this.scroll);
    signal.addEventListener('abort', () => this.resizes.disconnect());
  }

  update(run: Run, now: number): void {
    this.running = run.status === 'in_progress';
    this.rows = rowsOf(run);
    this.now = now;
    show(this.node, this.rows.length > 0);
    const atEnd = this.scroll.scrollTop + this.scroll.clientHeight >= this.scroll.scrollHeight - 8;
    const grown = this.syncRows();
    this.updateLegend();
    this.layout();
    if (grown && atEnd && this.running) {
      this.scroll.scrollTop = this.scroll.scrollHeight;
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
        this.views.get(row.key)?.place(this.span, now);
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
          document.createTextNode(KIND_WORDS[kind])
        )
      )
    );
  }

  private layout(): void {
    const width = this.scroll.clientWidth;
    const first = this.rows[0];
    if (width === 0 || first === undefined) {
      return;
    }
    this.learnFonts();
    const labels = this.labelsWidth(width);
    this.node.style.setProperty('--wsn-labels', `${labels}px`);
    this.plot = width - labels;
    this.span = this.spanFor();
    for (const row of this.rows) {
      this.views.get(row.key)?.place(this.span, this.now);
    }
    this.drawTicks();
    this.placeNow();
  }

  private learnFonts(): void {
    for (const kind of ['turn', 'call'] as const) {
      const row = this.rows.find(candidate => candidate.kind === kind);
      const view = row === undefined ? undefined : this.views.get(row.key);
      if (view !== undefined) {
        this.measure.learn(kind, view.name);
        this.measure.learn('aside', view.aside);
        this.measure.learn('label', view.label);
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
    const extents = this.rows.map(row => ({
      end_ms: row.end_ms ?? this.now,
      label: this.measure.width('label', row.label) + LABEL_GAP
    }));
    const needed = neededSpan(extents, this.plot);
    return this.running ? steppedSpan(needed, this.span) : needed;
  }

  private drawTicks(): void {
    const marks = ticks(this.span, this.plot);
    const key = marks.map(mark => `${mark.text}@${((mark.at_ms / this.span) * 100).toFixed(3)}`).join();
    if (key === this.marks) {
      return;
    }
    this.marks = key;
    const lines = marks.map(mark => placed('wsn-line', mark.at_ms / this.span));
    this.axis.replaceChildren(
      ...marks.map(mark => {
        const node = placed('wsn-tick', mark.at_ms / this.span);
        setText(node, mark.text);
        return node;
      })
    );
    this.lines.replaceChildren(...lines, this.nowLine);
  }

  private placeNow(): void {
    show(this.nowLine, this.running);
    this.nowLine.style.left = `${Math.min(100, (this.now / this.span) * 100)}%`;
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
    if (key !== null) {
      this.select(key === this.selected ? null : key, true);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const key = this.keyOf(event.target);
    if (key === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const index = this.rows.findIndex(row => row.key === key);
    if (event.key === 'Enter' || event.key === ' ') {
      this.select(key === this.selected ? null : key, true);
    } else if (event.key === 'Escape' && this.selected !== null) {
      this.select(null, true);
    } else if (Object.hasOwn(MOVES, event.key)) {
      this.focusRow(MOVES[event.key]?.(index, this.rows.length - 1) ?? index);
    } else {
      return;
    }
    // The notebook has its own use for these keys.
    event.preventDefault();
    event.stopPropagation();
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

const MOVES: Readonly<Record<string, (index: number, last: number) => number>> = {
  ArrowDown: index => index + 1,
  ArrowUp: index => index - 1,
  Home: () => 0,
  End: (_index, last) => last
};

function placed(name: string, share: number): HTMLElement {
  const node = element('div', { class: name });
  node.style.left = `${share * 100}%`;
  return node;
}
