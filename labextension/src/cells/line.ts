/** The words of a prompt cell's first line. Pure. */

/** How a prompt cell begins. */
const BEGINNING = /^%%responses(?:\s|$)/;
/** As many characters tell whether a text is one. */
export const BEGINNING_LENGTH = 13;

export function isPromptText(text: string): boolean {
  return BEGINNING.test(text);
}

export interface Mark {
  readonly kind: 'magic' | 'flag' | 'value';
  readonly from: number;
  readonly to: number;
}

/** What stands where in `%%responses -t population --new`. Quoted words may hold spaces. */
export function promptMarks(line: string): Mark[] {
  const marks: Mark[] = [];
  for (const { 0: word, index } of line.matchAll(/"[^"]*"?|'[^']*'?|\S+/g)) {
    const kind = index === 0 ? 'magic' : word.startsWith('-') ? 'flag' : 'value';
    marks.push({ kind, from: index, to: index + word.length });
  }
  return marks;
}
