/** How a panel inside of a cell's output asks the notebook around it: a DOM event, which the extension takes. */

import type { RunAction } from './panelTreeView';

export const RUN_WISH = 'ws-notebook:run';

export interface RunWish {
  readonly action: RunAction;
  /** The variable that holds the session, or nothing. */
  readonly session: string;
  readonly run: string;
  readonly cell: string | null;
}
