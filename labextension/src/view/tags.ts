/** Tags in Markdown: a few that only mark words are obeyed, all others are shown as written, and so is what follows them. */

import type { MarkedExtension } from 'marked';

const TAG = /^<(\/?)([a-z][a-z0-9]*) *\/?>/i;
const ALONE = new Set(['br', 'hr', 'wbr']);
const PAIRS = new Set(['b', 'code', 'del', 'em', 'i', 'ins', 'kbd', 'mark', 's', 'samp', 'small', 'strong', 'sub', 'sup', 'u', 'var']);

/** Characters in which the end of a pair is looked for. */
const REACH = 2000;

/** Whether `source`, the rest of a paragraph, begins with a tag to obey: one that is closed in it. */
export function obeys(source: string): boolean {
  const [, closing, written] = TAG.exec(source) ?? [];
  const name = written?.toLowerCase() ?? '';
  if (ALONE.has(name)) {
    return true;
  }
  return PAIRS.has(name) && (closing === '/' || source.slice(0, REACH).toLowerCase().includes(`</${name}>`));
}

/** Teaches marked so; what it is given back here ends up as text, escaped. */
export const tags: MarkedExtension = {
  tokenizer: {
    html: () => undefined,
    tag: source => (obeys(source) ? false : undefined)
  }
};
