/** Which prompts are to be asked again, and in what order. Pure. */

import type { Row } from '../panel/news';

/** A prompt cell with its latest run, and the runs of that run's session. */
export interface Asked {
  readonly cell: string;
  readonly row: Row;
  readonly runs: ReadonlyMap<string, Row>;
}

/**
 * The cells whose ground has changed, those that others continue first, otherwise as given.
 *
 * What the user stopped is left as it is, and so is what is being asked now.
 */
export function staleOrder(asked: readonly Asked[]): string[] {
  const waiting = new Map(asked.filter(isToAsk).map(each => [each.cell, each]));
  const found: string[] = [];
  const visit = (each: Asked): void => {
    waiting.delete(each.cell);
    for (const above of rowsAbove(each)) {
      const ground = above.cell === null ? undefined : waiting.get(above.cell);
      if (ground !== undefined) {
        visit(ground);
      }
    }
    found.push(each.cell);
  };
  for (const each of asked) {
    if (waiting.has(each.cell)) {
      visit(each);
    }
  }
  return found;
}

function isToAsk({ row }: Asked): boolean {
  return row.mark === 'stale' && row.status !== 'cancelled' && row.status !== 'in_progress';
}

/** What it continues, the nearest first. */
function rowsAbove({ row, runs }: Asked): Set<Row> {
  const found = new Set<Row>();
  let above = runs.get(row.parent ?? '');
  while (above !== undefined && !found.has(above)) {
    found.add(above);
    above = runs.get(above.parent ?? '');
  }
  return found;
}
