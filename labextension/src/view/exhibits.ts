/** Tables and figures in a tool's result, among the details of its call. */

import type { Exhibit, TableExhibit } from '../run/bundle';
import { __ } from '../texts';
import { element } from './dom';
import { figureDrawer } from './figures';
import { visible } from './format';
import { gridOf } from './grid';
import { readFigure } from './plotly';

/** Those that are shown now; what they leave behind on the page is taken away with them. */
export class Exhibits {
  private ends: (() => void)[] = [];

  /** The elements of what a call returned, in place of those before. */
  show(exhibits: readonly Exhibit[]): HTMLElement[] {
    this.clear();
    return exhibits.map(exhibit => (exhibit.kind === 'table' ? tableOf(exhibit) : this.figureOf(exhibit.words, exhibit.figure)));
  }

  clear(): void {
    this.ends.forEach(end => end());
    this.ends = [];
  }

  private figureOf(words: string, data: string | null): HTMLElement {
    const draw = figureDrawer();
    const figure = data === null || draw === null ? null : readFigure(data);
    const caption = element('figcaption', { text: visible(words) });
    const node = element('figure', { class: 'wsn-exhibit' }, caption);
    if (draw === null || figure === null) {
      caption.textContent = __('%1: not drawn here. %2', visible(words), whyNot(data, draw !== null));
      return node;
    }
    const place = element('div', { class: 'wsn-figure' });
    caption.before(place);
    // Its size is that of the place, which has one when it is on the page.
    const timer = setTimeout(() => {
      if (place.isConnected) {
        this.ends.push(draw(figure, place));
      }
    });
    this.ends.push(() => clearTimeout(timer));
    return node;
  }
}

function whyNot(data: string | null, canDraw: boolean): string {
  if (data === null) {
    return __('It is too large to be kept in the notebook.');
  }
  return canDraw ? __('It is too large to be drawn, or of a kind that is not.') : __('This page has no renderer for plotly figures.');
}

function tableOf(table: TableExhibit): HTMLElement {
  const { head, rows, index, numbers, extent } = gridOf(table);
  const cell = (text: string, place: number, scope: string | null): HTMLElement =>
    element(scope === null ? 'td' : 'th', {
      text: visible(text),
      ...(scope === null ? {} : { scope }),
      ...(numbers[place] === true ? { class: 'wsn-number' } : {})
    });
  const caption = element('caption', { text: extent });
  const above = head.map(line => element('tr', {}, ...line.map((text, place) => cell(text, place, 'col'))));
  const body = rows.map(line => element('tr', {}, ...line.map((text, place) => cell(text, place, place < index ? 'row' : null))));
  const drawn = element('table', { class: 'wsn-table' }, caption, element('thead', {}, ...above), element('tbody', {}, ...body));
  return element('div', { class: 'wsn-exhibit', tabindex: '0', role: 'region', 'aria-label': __('Table: %1', extent) }, drawn);
}
