/** JSON as people read it: indented, also while it is still being written. The same as render/structured.py. */

const STEP = '  ';
/** Steps of an indent at most: without a bound, brackets alone would take space as the square of their number. */
const DEEPEST = 40;

/** JSON text, indented. What is made of the beginning of a text is the beginning of what is made of all of it. */
export function indented(text: string): string {
  const written: string[] = [];
  let depth = 0;
  let inString = false;
  let escaped = false;
  // A bracket was just opened: whether it holds anything is not known yet.
  let opened = false;
  const line = (): string => '\n' + STEP.repeat(Math.min(depth, DEEPEST));
  for (const character of text) {
    if (inString) {
      inString = escaped || character !== '"';
      escaped = character === '\\' && !escaped;
      written.push(character);
      continue;
    }
    if (' \t\r\n'.includes(character)) {
      continue;
    }
    const opens = character === '{' || character === '[';
    if (character === '}' || character === ']') {
      depth = Math.max(0, depth - 1);
      written.push(opened ? '' : line());
    } else if (opened) {
      written.push(line());
    }
    opened = opens;
    depth += opens ? 1 : 0;
    inString = character === '"';
    written.push(character === ':' ? ': ' : character);
    if (character === ',') {
      written.push(line());
    }
  }
  return written.join('');
}

/** An answer that was asked for in JSON, as Markdown; text that is none stays as it is. `growing`: more is to come. */
export function jsonMarkdown(text: string, growing: boolean): string {
  // A fence inside would end ours.
  if (!/^\s*[{[]/.test(text) || text.includes('```')) {
    return text;
  }
  return `\`\`\`json\n${indented(text)}${growing ? '' : '\n```'}`;
}
