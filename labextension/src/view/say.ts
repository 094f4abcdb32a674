/** The texts of the run views, through the page's translator. One page speaks one language. */

import { pageTexts } from '../texts';

export function __(text: string, ...args: readonly unknown[]): string {
  return pageTexts().__(text, ...args);
}

/** One text for one, another for many; `%1` is the number as `shown`. */
export function _n(one: string, many: string, count: number, shown: string = String(count)): string {
  return pageTexts()._n(one, many, count).replace(String(count), shown);
}
