/** What a panel asks: of a kernel, and of the notebook, from inside of a cell's output by a DOM event, which the extension takes. */

import type { JSONObject } from '@lumino/coreutils';
import type { Session } from './news';
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

/** What can be asked of a session, as its kernel reads it. */
export function wish(kind: 'stop' | 'warm_up' | 'reset', session: Session, run?: string): JSONObject {
  return { kind, session: session.id, ...(run === undefined ? {} : { run }) };
}
