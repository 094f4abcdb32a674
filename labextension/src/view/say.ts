/** The texts of the run views, through the page's translator. One page speaks one language. */

import { english, type Texts } from '../texts';

let texts: Texts = english;

/** What JupyterLab's translator has for the views made from now on. */
export function speak(given: Texts): void {
  texts = given;
}

export function __(text: string, ...args: readonly unknown[]): string {
  return texts.__(text, ...args);
}

/** One text for one, another for many; `%1` is the number as `shown`. */
export function _n(one: string, many: string, count: number, shown: string = String(count)): string {
  return texts._n(one, many, count, shown).replace('%1', shown);
}
