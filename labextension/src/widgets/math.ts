/** Formulas as MathML, which browsers draw themselves: a part of its own, since most answers hold none. */

import temml from 'temml';

/** The MathML of a formula; what it cannot read is shown as it is, in the colour of errors. */
export function mathml(tex: string, display: boolean): string {
  return temml.renderToString(tex, {
    displayMode: display,
    throwOnError: false,
    // No links, no classes, no pictures; no macro that never ends, nothing larger than a page.
    trust: false,
    maxExpand: 500,
    maxSize: [20, 20]
  });
}
