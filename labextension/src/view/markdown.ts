/** The ways Markdown becomes safe DOM. */

export interface Markdown {
  /** Render finished text; the result is sanitised, whatever the text holds. */
  render(source: string): Node | Promise<Node>;
  /** Render text that is still being written: at once, or null to leave it plain. */
  draft(source: string): Node | null;
}

/** Longer texts are shown as they are: rendering them would hold up the page. */
const LONGEST = 200_000;

export function tooLong(source: string): boolean {
  return source.length > LONGEST;
}
