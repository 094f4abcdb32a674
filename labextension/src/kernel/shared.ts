/** Notebooks that several pages share (jupyter-collaboration): which page writes what all of them could. */

import { fields, isFields } from '../run/fields';

/** As much of a shared document's knowledge of its pages as is needed. */
interface Awareness {
  readonly clientID: number;
  getStates(): ReadonlyMap<number, unknown>;
}

/** Milliseconds in which a page that was just loaded hears of the others. */
const HEARD = 8000;

/**
 * Whether this page is the first of those that look at the document, by their numbers; so is one that is alone. `age`:
 * milliseconds since it was loaded; one that has not heard of others yet may be wrong to think that it is alone.
 */
export function isFirst(document: object, age: number): boolean {
  const { awareness } = document as { awareness?: Awareness | null };
  if (awareness === undefined || awareness === null) {
    return true;
  }
  // The server is among them, and writes nothing: it is nobody.
  const pages = [...awareness.getStates()].filter(([, state]) => isFields(fields(state)['user'])).map(([client]) => client);
  return pages.every(client => client >= awareness.clientID) && (pages.length !== 1 || age >= HEARD);
}
