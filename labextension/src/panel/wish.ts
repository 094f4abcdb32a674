/** What a panel asks of the notebook: from inside of a cell's output by a DOM event, which the extension takes. */

import type { RunAction } from './treeView';

export const RUN_WISH = 'ws-notebook:run';

export interface RunWish {
  readonly action: RunAction;
  /** The options with which a cell asks over the session; null where no cell can. */
  readonly address: string | null;
  readonly run: string;
  readonly cell: string | null;
}

/** The first line of a cell that continues a run; `address` holds the options that lead to its session. */
export function branchLine(address: string, run: string): string {
  return ['%%responses', address, `--from ${run}`].filter(part => part !== '').join(' ');
}
