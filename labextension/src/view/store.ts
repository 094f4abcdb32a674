/** What is kept in the browser's storage, which may be full, forbidden, or hold somebody else's words: that costs what was kept, nothing else. */

import { fields, type Fields } from '../run/fields';

/** The part of the browser's storage that is used. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Null where the browser forbids it. */
export function pageStore(): Store | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export function kept(store: Store | null, key: string): Fields {
  try {
    return fields(JSON.parse(store?.getItem(key) ?? 'null'));
  } catch {
    return {};
  }
}

export function keep(store: Store | null, key: string, value: object): void {
  try {
    store?.setItem(key, JSON.stringify(value));
  } catch {
    // It is not kept.
  }
}
