/** What stands below the rows of the timeline: the legend, and the buttons of its table and of its keys. */

import type { Run } from '../run/bundle';
import { KINDS, type Kind } from '../run/words';
import { __ } from '../texts';
import { element, setAttribute, show } from './dom';
import { keyHelp } from './help';
import type { Row } from './rows';
import { tableOf } from './table';
import { KIND_WORDS } from './words';

function button(name: string, ...more: readonly Node[]): HTMLButtonElement {
  return element('button', { class: 'wsn-button', type: 'button', 'aria-expanded': 'false' }, name, ...more);
}

/** Milliseconds between two drawings of the table of a run that goes on. */
const REDRAW = 500;

export class Foot {
  readonly node: HTMLElement;
  readonly table = element('div', { class: 'wsn-table-scroll', tabindex: '0', role: 'region', 'aria-label': __('Timeline as a table'), hidden: '' });
  readonly help = element('div', { class: 'wsn-keys', role: 'region', 'aria-label': __('Keys of the timeline'), hidden: '' });
  private readonly legend = element('div', { class: 'wsn-legend', 'aria-label': __('Kinds of time'), role: 'list' });
  private readonly tableButton = button(__('Table'));
  private readonly helpButton = button(__('Keys'), element('span', { class: 'wsn-button-key', 'aria-hidden': 'true', text: ' ?' }));
  private kinds = '';
  private drawn = -Infinity;
  private shown: { run: Run; rows: readonly Row[]; now: number } | null = null;

  constructor(signal: AbortSignal) {
    this.node = element(
      'div',
      { class: 'wsn-foot' },
      this.legend,
      element('div', { class: 'wsn-tools' }, this.tableButton, this.helpButton)
    );
    this.help.append(keyHelp());
    this.tableButton.addEventListener('click', () => this.toggleTable(), { signal });
    this.helpButton.addEventListener('click', () => this.toggleHelp(), { signal });
  }

  /** `whole`: the rows of the whole run, where these are those of a moment of it. */
  update(run: Run, rows: readonly Row[], now: number, whole: readonly Row[]): void {
    this.updateLegend(whole);
    this.shown = { run, rows: whole, now };
    const due = run.status !== 'in_progress' || performance.now() - this.drawn > REDRAW;
    if (!this.table.hidden && rows === whole && due) {
      this.drawTable();
    }
  }

  toggleHelp(): void {
    show(this.help, this.help.hidden !== false);
    setAttribute(this.helpButton, 'aria-expanded', String(!this.help.hidden));
  }

  private updateLegend(rows: readonly Row[]): void {
    const present = new Set<Kind>();
    for (const { spans } of rows) {
      spans.forEach(([kind]) => present.add(kind));
    }
    const kinds = KINDS.filter(kind => present.has(kind));
    if (kinds.join() !== this.kinds) {
      this.kinds = kinds.join();
      this.legend.replaceChildren(...kinds.map(key));
    }
  }

  private toggleTable(): void {
    show(this.table, this.table.hidden !== false);
    setAttribute(this.tableButton, 'aria-expanded', String(!this.table.hidden));
    if (!this.table.hidden) {
      this.drawTable();
    }
  }

  private drawTable(): void {
    if (this.shown !== null) {
      this.drawn = performance.now();
      this.table.replaceChildren(...tableOf(this.shown.run, this.shown.rows, this.shown.now));
    }
  }
}

function key(kind: Kind): HTMLElement {
  const swatch = element('span', { class: 'wsn-swatch', 'data-kind': kind, 'aria-hidden': 'true' });
  return element('span', { class: 'wsn-key', role: 'listitem' }, swatch, __(KIND_WORDS[kind]));
}
