/** Formulas in Markdown, whose `_`, `*` and `\` must not be read as Markdown's. The same as render/tex.py. */

import type { MarkedExtension, Tokens } from 'marked';

/** Characters of a formula in a line, and signs that are looked at for its end: a lone sign must not cost more. */
const LONGEST = 2000;
const TRIES = 20;

const SIGNS = /^ {0,3}(?:`{3,}|~{3,}).*$|`+|\\.|\n[ \t]*\n/gm;
const CLOSING: Record<string, string> = { '\\(': '\\)', '\\[': '\\]' };

export interface Sign {
  readonly words: string;
  readonly start: number;
  readonly end: number;
}

/** `text` with `\(x\)` as `$x$` and `\[x\]`, on lines of its own, as `$$x$$`; code stays as it is. */
export function dollars(text: string): string {
  if (!text.includes('\\)') && !text.includes('\\]')) {
    return text;
  }
  const pieces: string[] = [];
  let done = 0;
  let opened: Sign | null = null;
  for (const sign of outsideCode(text, SIGNS)) {
    if (sign.words.trim() === '') {
      opened = null;
    } else if (sign.words in CLOSING && mayOpen(text, sign)) {
      opened = sign;
    } else if (opened !== null && sign.words === CLOSING[opened.words]) {
      const inner = text.slice(opened.end, sign.start);
      const mark = sign.words === '\\)' ? '$' : '$$';
      if (inner.trim() !== '' && (mark === '$$' || inner.length <= LONGEST) && mayClose(text, sign)) {
        pieces.push(text.slice(done, opened.start), mark, mark === '$' ? inner.trim() : inner, mark);
        done = sign.end;
      }
      opened = null;
    }
  }
  return [...pieces, text.slice(done)].join('');
}

/** The signs that are not in a fence or between backticks, which must be among them. */
export function outsideCode(text: string, signsOf: RegExp): Sign[] {
  const signs = [...text.matchAll(signsOf)].map(found => ({
    words: found[0],
    start: found.index,
    end: found.index + found[0].length
  }));
  const next = sameAfter(signs);
  const kept: Sign[] = [];
  let fence = '';
  for (let place = 0; place < signs.length; place += 1) {
    const sign = signs[place] as Sign;
    const words = sign.words.trim();
    if (fence !== '') {
      fence = words.startsWith(fence) && [...words].every(each => each === fence[0]) ? '' : fence;
    } else if (/^(?:```[^`]*$|````+[^`]*$|~~~)/.test(words)) {
      fence = /^(?:`+|~+)/.exec(words)?.[0] ?? '';
    } else if (words.startsWith('`')) {
      place = next[place] ?? place;
    } else {
      kept.push(sign);
    }
  }
  return kept;
}

/** For each sign the place of the next one that is the same. */
function sameAfter(signs: Sign[]): (number | undefined)[] {
  const last = new Map<string, number>();
  const next: (number | undefined)[] = [];
  for (let place = signs.length - 1; place >= 0; place -= 1) {
    const words = signs[place]?.words ?? '';
    next[place] = last.get(words);
    last.set(words, place);
  }
  return next;
}

function mayOpen(text: string, sign: Sign): boolean {
  return sign.words === '\\(' || text.slice(text.lastIndexOf('\n', sign.start - 1) + 1, sign.start).trim() === '';
}

function mayClose(text: string, sign: Sign): boolean {
  const end = text.indexOf('\n', sign.end);
  return sign.words === '\\)' || /^[ \t.,;]*$/.test(text.slice(sign.end, end < 0 ? undefined : end));
}

/** The formula at the start of `source`, with its signs; empty where there is none. Sums of money are none. */
export function formulaAt(source: string): string {
  const mark = source.startsWith('$$') ? '$$' : '$';
  if (!source.startsWith('$') || (mark === '$' ? /^\$\s/ : /^\$\$\$/).test(source)) {
    return '';
  }
  const paragraph = source.slice(0, LONGEST);
  let end = paragraph.indexOf(mark, mark.length);
  for (let tries = 0; end >= 0 && tries < TRIES; tries += 1) {
    const before = paragraph[end - 1] ?? '';
    const after = paragraph[end + mark.length] ?? '';
    if (end > mark.length && before !== '\\' && (mark === '$$' || !(/\s/.test(before) || /\d/.test(after)))) {
      return paragraph.slice(0, end + mark.length);
    }
    end = paragraph.indexOf(mark, end + 1);
  }
  return '';
}

/** Where a line that begins a formula on lines of its own stands, and the formula: no empty line is in it. */
const ON_LINES = /^ {0,3}(\$\$(?:[^$\n]|\$(?!\$)|\n(?![ \t]*\n))*\$\$)[ \t]*(?:\n|$)/;

interface Formula extends Tokens.Generic {
  type: 'formula' | 'formulaOnLines';
  raw: string;
  text: string;
}

/** Teaches marked formulas: they become the text of a `span`, for `Typesetter`. */
export const formulas: MarkedExtension = {
  hooks: { preprocess: dollars },
  extensions: [
    {
      name: 'formulaOnLines',
      level: 'block',
      start: source => /^ {0,3}\$\$/m.exec(source)?.index,
      tokenizer(source) {
        const found = ON_LINES.exec(source);
        const text = found?.[1] ?? '';
        return found === null || text.length <= 4 ? undefined : { type: 'formulaOnLines', raw: found[0], text };
      },
      renderer: token => `<p>${span((token as Formula).text)}</p>\n`
    },
    {
      name: 'formula',
      level: 'inline',
      start: source => (source.includes('$') ? source.indexOf('$') : undefined),
      tokenizer(source) {
        const text = formulaAt(source);
        return text === '' ? undefined : { type: 'formula', raw: text, text };
      },
      renderer: token => span((token as Formula).text)
    }
  ]
};

const SIGNS_OF_HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function span(text: string): string {
  const escaped = text.replace(/[&<>"]/g, sign => SIGNS_OF_HTML[sign] ?? '');
  return tooMuch(text) ? `<code>${escaped}</code>` : `<span class="wsn-tex">${escaped}</span>`;
}

/** How deep a formula may be nested, and how long it may be: more stays text, since typesetting it can end the page. */
const DEEPEST = 40;
const LONGEST_TYPESET = 5000;

export function tooMuch(formula: string): boolean {
  let depth = 0;
  let deepest = 0;
  for (const [sign] of formula.matchAll(/\\[{}\\]|[{}]|\\(?:begin|end|left|right)\b/g)) {
    if (sign === '{' || sign === '\\begin' || sign === '\\left') {
      depth += 1;
    } else if (sign === '}' || sign === '\\end' || sign === '\\right') {
      depth -= 1;
    }
    deepest = Math.max(deepest, depth);
  }
  return deepest > DEEPEST || formula.length > LONGEST_TYPESET;
}
