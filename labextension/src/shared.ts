/** Notebooks that several pages share (jupyter-collaboration): which page writes what all of them could. */

import { fields, isFields } from './read';

/** As much of a shared document's knowledge of its pages as is needed. */
interface Awareness {
  readonly clientID: number;
  getStates(): ReadonlyMap<number, unknown>;
}

/** Whether this page is the first of those that look at the document, by their numbers; so is one that is alone. */
export function isFirst(document: object): boolean {
  const { awareness } = document as { awareness?: Awareness | null };
  if (awareness === undefined || awareness === null) {
    return true;
  }
  // The server is among them, and writes nothing: it is nobody.
  const others = [...awareness.getStates()].filter(([, state]) => isFields(fields(state)['user'])).map(([client]) => client);
  return others.every(client => client >= awareness.clientID);
}
