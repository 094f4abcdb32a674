/** What is done to a Markdown text besides making safe nodes of it. */

/** What a page adds: colours of code, formulas. Settles when the nodes look as they will stay; null: they do at once. */
export type Finish = (nodes: DocumentFragment) => Promise<unknown> | null;

/** Longer texts are shown as they are: rendering them would hold up the page. */
const LONGEST = 200_000;

export function tooLong(source: string): boolean {
  return source.length > LONGEST;
}
