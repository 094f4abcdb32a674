/** What a panel asks of the notebook: from inside of a cell's output by a DOM event, which the extension takes. */

import type { RunAction } from './panelTreeView';

export const RUN_WISH = 'ws-notebook:run';

export interface RunWish {
  readonly action: RunAction;
  /** The variable that holds the session, or nothing. */
  readonly session: string;
  readonly run: string;
  readonly cell: string | null;
}

/** The first line of a cell that continues a run; `session` is the variable that holds its session, or nothing. */
export function branchLine(session: string, run: string): string {
  return session === '' ? `%%responses --from ${run}` : `%%responses -s ${session} --from ${run}`;
}
