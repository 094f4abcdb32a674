/** Markdown in which a value in braces is one thing: no brackets, stars or lines in it mean anything. */

import { Language } from '@codemirror/language';
import { valueAt } from './values';

/** As much of @lezer/markdown as is needed: it comes with JupyterLab's Markdown. */
interface Inline {
  readonly text: string;
  readonly offset: number;
  elt(type: string, from: number, to: number): unknown;
  addElement(element: unknown): number;
}

interface Configurable {
  configure(extension: object): Language['parser'];
}

const NODE = 'PromptValue';
const BRACE = 123;

const values = {
  defineNodes: [NODE],
  parseInline: [
    {
      name: NODE,
      before: 'Escape',
      parse: (inline: Inline, next: number, place: number): number => {
        const found = next === BRACE ? valueAt(inline.text, place - inline.offset) : null;
        if (found === null || !found.isValue) {
          return -1;
        }
        return inline.addElement(inline.elt(NODE, place, inline.offset + found.end));
      }
    }
  ]
};

/** `markdown` with values; as it is where its parser cannot be taught them. */
export function withValues(markdown: Language | null): Language | null {
  if (markdown === null || !isConfigurable(markdown.parser)) {
    return markdown;
  }
  try {
    return new Language(markdown.data, markdown.parser.configure(values), [], markdown.name);
  } catch (reason) {
    console.warn('ws-notebook: prompts are coloured as plain Markdown', reason);
    return markdown;
  }
}

function isConfigurable(parser: object): parser is Configurable {
  return typeof (parser as Partial<Configurable>).configure === 'function';
}
