/**
 * The frames of a run. A saved run has them in groups: those of one type behind one another as one row. Where the kernel
 * that made the run still knows it, every frame has a row, and its JSON is fetched when it is opened.
 */

import type { Run } from '../run/bundle';
import { fields } from '../run/fields';
import { readFrameList, type BrowserMessage } from '../run/messages';
import type { FrameRow } from '../run/packed';
import { __, _n } from '../texts';
import { element, setAttribute, setText, show } from './dom';
import { bytes, pretty, seconds, visible, whole } from './format';
import { keepPlainKeys } from './keys';

/** Rows on the page; the filter finds the others. */
const MOST = 500;
const GROUPED =
  'Frames of one type behind one another are one row. Each by itself, with its JSON, is there while the kernel of the run is.';
/** Characters of one frame. */
const LONGEST = 200_000;

export class Frames {
  readonly node = element('section', { class: 'wsn-frames', hidden: '' });
  private readonly filter = element('input', { class: 'wsn-filter', type: 'search', autocomplete: 'off' });
  private readonly again = element('button', { class: 'wsn-link', type: 'button', text: __('Refresh') });
  private readonly sums = element('p', { class: 'wsn-frames-sums' });
  private readonly body = element('tbody');
  private readonly scroll: HTMLElement;
  private readonly note = element('p', { class: 'wsn-frames-note' });
  private run: Run | null = null;
  private single: readonly FrameRow[] | null = null;
  private leftOut = 0;
  private opened: { index: number; cell: HTMLElement } | null = null;

  /** `ask` null: no kernel knows the run. */
  constructor(
    private readonly ask: ((message: BrowserMessage) => void) | null,
    signal: AbortSignal
  ) {
    this.node.setAttribute('aria-label', __('Frames'));
    this.filter.setAttribute('aria-label', __('Filter the frames'));
    this.filter.placeholder = __('Filter: delta, sent, turn 2…');
    const heads = ['', __('Turn'), __('Type'), __('Frames'), __('Time'), __('Bytes'), __('Over HTTP')];
    const head = element('tr', {}, ...heads.map((text, index) => element('th', { scope: 'col', text: text || __('Direction'), class: index === 0 ? 'wsn-narrow' : '' })));
    const table = element('table', { class: 'wsn-table' }, element('caption', { class: 'wsn-hidden', text: __('Frames') }), element('thead', {}, head), this.body);
    this.scroll = element('div', { class: 'wsn-frames-scroll', tabindex: '0', role: 'region', 'aria-label': __('List of frames') }, table);
    this.node.append(element('div', { class: 'wsn-frames-head' }, this.filter, this.sums, this.again), this.scroll, this.note);
    this.node.addEventListener('keydown', keepPlainKeys, { signal });
    this.filter.addEventListener('input', () => this.draw(), { signal });
    this.again.addEventListener('click', () => this.ask?.({ kind: 'frames' }), { signal });
    this.body.addEventListener('click', event => this.onClick(event), { signal });
  }

  get open(): boolean {
    return !this.node.hidden;
  }

  toggle(): void {
    show(this.node, !this.open);
    if (this.open) {
      this.ask?.({ kind: 'frames' });
      this.draw();
    }
  }

  update(run: Run): void {
    const changed = run.status !== this.run?.status || run.frames !== this.run.frames;
    this.run = run;
    if (changed && this.open) {
      this.ask?.({ kind: 'frames' });
      this.draw();
    }
  }

  /** A message from the kernel, which may be for here. */
  tell(message: unknown): void {
    const found = readFrameList(message);
    if (found !== null) {
      this.single = found.rows;
      this.leftOut = found.left_out;
      this.draw();
    }
    const { kind, index, text } = fields(message);
    if (kind === 'frame' && this.opened !== null && index === this.opened.index && typeof text === 'string') {
      this.opened.cell.textContent = text === '' ? __('The kernel no longer holds this frame.') : pretty(text, LONGEST);
      this.opened.cell.scrollIntoView({ block: 'nearest' });
    }
  }

  private draw(): void {
    const { run } = this;
    if (run === null || !this.open) {
      return;
    }
    const all = this.single ?? run.frames;
    const running = run.status === 'in_progress' && this.ask !== null;
    show(this.again, running);
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = all.filter(row => words.every(word => wordsOf(row).includes(word)));
    this.opened = null;
    this.body.replaceChildren(...rows.slice(0, MOST).map(row => this.row(row, run)));
    const frames = rows.reduce((sum, row) => sum + row.count, 0);
    const size = rows.reduce((sum, row) => sum + row.bytes, 0);
    setText(this.sums, `${_n('%1 frame', '%1 frames', frames, whole(frames))} · ${bytes(size)}`);
    const notes = [
      this.single !== null ? '' : running ? __('The kernel lists them as soon as it can.') : __(GROUPED),
      this.leftOut > 0 ? __('%1 older frames are left out.', whole(this.leftOut)) : '',
      rows.length > MOST ? __('%1 more rows: filter to see them.', whole(rows.length - MOST)) : ''
    ].filter(Boolean);
    setText(this.note, notes.join(' '));
    show(this.note, notes.length > 0);
  }

  private row(row: FrameRow, run: Run): HTMLElement {
    const turn = run.turns[row.turn];
    const creates = row.sent && row.type === 'response.create';
    const words = visible(row.type);
    const type = row.index === null ? element('span', { text: words }) : element('button', { class: 'wsn-link', type: 'button', 'data-index': String(row.index), 'aria-expanded': 'false', text: words });
    const lane = turn?.lane === null || turn?.lane === undefined ? '' : ` · ${visible(turn.lane)}`;
    const cells: (string | Node)[] = [
      `${row.turn + 1}${lane}`,
      type,
      whole(row.count),
      row.lasted_ms > 0 ? `${seconds(row.at_ms)} – ${seconds(row.at_ms + row.lasted_ms)}` : seconds(row.at_ms),
      bytes(row.bytes),
      creates && turn !== undefined ? bytes(turn.bytes_full_context) : ''
    ];
    const direction = element('td', { class: 'wsn-direction' }, element('span', { 'aria-hidden': 'true', text: row.sent ? '↑' : '↓' }), element('span', { class: 'wsn-hidden', text: row.sent ? __('sent') : __('received') }));
    return element('tr', { 'data-direction': row.sent ? 'sent' : 'received' }, direction, ...cells.map(cell => element('td', {}, cell)));
  }

  private onClick(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    const line = button?.closest('tr');
    if (button === null || line === null || line === undefined) {
      return;
    }
    const index = Number(button.getAttribute('data-index'));
    const before = this.body.querySelector('.wsn-frame-json');
    before?.remove();
    this.body.querySelectorAll('[aria-expanded=true]').forEach(each => setAttribute(each, 'aria-expanded', 'false'));
    if (this.opened?.index === index && before !== null) {
      this.opened = null;
      return;
    }
    const cell = element('pre', { class: 'wsn-pre', tabindex: '0', text: '…' });
    line.after(element('tr', { class: 'wsn-frame-json' }, element('td', { colspan: '7' }, cell)));
    setAttribute(button, 'aria-expanded', 'true');
    this.opened = { index, cell };
    this.ask?.({ kind: 'frame', index });
  }
}

function wordsOf({ sent, type, turn }: FrameRow): string {
  return `${sent ? 'sent' : 'received'} ${type} turn ${turn + 1} turn${turn + 1}`.toLowerCase();
}
