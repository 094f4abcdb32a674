/** The ways Markdown becomes safe DOM. */

export interface Rendered {
  readonly nodes: Node;
  /** Settles when they look as they will stay, colours and all; null: they do at once. */
  readonly done: Promise<unknown> | null;
}

export interface Markdown {
  /** Render finished text; the result is sanitised, whatever the text holds. */
  render(source: string): Rendered;
  /** Render text that is still being written: at once, or null to leave it plain. */
  draft(source: string): Node | null;
}

/** Longer texts are shown as they are: rendering them would hold up the page. */
const LONGEST = 200_000;

export function tooLong(source: string): boolean {
  return source.length > LONGEST;
}
