/** The beginning of a table that a tool returned, as rows of cells. Pure. */

import type { TableExhibit } from '../run/bundle';
import { __, _n } from '../texts';
import { whole } from './format';

export interface Grid {
  readonly head: readonly (readonly string[])[];
  readonly rows: readonly (readonly string[])[];
  /** How many columns at the left name the rows. */
  readonly index: number;
  /** For each column, whether its cells are numbers. */
  readonly numbers: readonly boolean[];
  /** "3 of 1,000 rows, 2 columns" */
  readonly extent: string;
}

/** More are not drawn, whatever a bundle holds. */
const MOST_ROWS = 100;
const MOST_COLUMNS = 50;

const NUMBER = /^[-+\u2212]?(?:\d[\d,._\u2009]*(?:e[-+]?\d+)?%?|nan|inf)$/i;

export function gridOf(table: TableExhibit): Grid {
  const lines = table.cells.split('\n', MOST_ROWS + 10).map(line => line.split('\t', MOST_COLUMNS));
  const head = lines.slice(0, table.head);
  const rows = lines.slice(table.head, table.head + MOST_ROWS);
  const width = lines[0]?.length ?? 0;
  const numbers = Array.from({ length: width }, (_, place) => rows.length > 0 && rows.every(row => isNumber(row[place] ?? '')));
  const shown = Math.max(0, width - table.index);
  const extent = [rowsOf(rows.length, table.rows), ofAll(shown, table.columns, _n('1 column', '%1 columns', table.columns, whole(table.columns)))];
  return { head, rows, index: table.index, numbers, extent: extent.join(', ') };
}

function isNumber(text: string): boolean {
  return text === '' || NUMBER.test(text);
}

function rowsOf(shown: number, total: number | null): string {
  if (total === null) {
    return _n('the first row', 'the first %1 rows', shown, whole(shown));
  }
  return ofAll(shown, total, _n('1 row', '%1 rows', total, whole(total)));
}

function ofAll(shown: number, total: number, all: string): string {
  return shown >= total ? all : __('%1 of %2', whole(shown), all);
}
