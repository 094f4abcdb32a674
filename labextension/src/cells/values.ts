/**
 * The places of a prompt that the magic replaces by a value: `{x}`, `{x!r}`, `{x:.1f}`, `{x=}`, as magics/prompt.py and
 * magics/placeholder.py read them, but for what only the kernel knows: whether the names exist. Pure.
 */

export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Characters: a longer stretch between braces is text, and so is all of a longer prompt. */
const LONGEST = 1000;
const LONGEST_PROMPT = 100_000;

const TOKEN = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|[{}\n]/g;
const JSON_KEY = /^\s*"(?:[^"\\\n]|\\.)*"\s*:/;
const COMMAND = /\\[A-Za-z]+\*?(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\})*$/;
const MATH = /\$\$[^]{1,2000}?\$\$|\$(?=\S)[^$\n]{1,500}?(?<=\S)\$(?!\d)|\\\([^]{1,2000}?\\\)|\\\[[^]{1,2000}?\\\]/g;

/** What an f-string may have behind its expression; a spec that begins with a blank is mostly text. */
const REST = /^(?:![rsa])?(?::(?:(?!\s)| ?[-+]?\d*[_,]?\.\d+[eEfFgG%]$)[^]*|:)?$/;
const MARK = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|!=|[()[\]{}!:]/g;
const LABEL = /(?<![=!<>:])=\s*$/;

/** All values of a prompt, without those braces around them that are sent. */
export function valuesIn(prompt: string): Place[] {
  if (prompt.length > LONGEST_PROMPT) {
    return [];
  }
  const math = [...prompt.matchAll(MATH)].map(({ 0: words, index }): Place => ({ from: index, to: index + words.length }));
  const found: Place[] = [];
  for (let place = prompt.indexOf('{'); place >= 0; ) {
    const value = valueAt(prompt, place, math);
    if (value?.isValue === true) {
      found.push({ from: value.from, to: value.to });
    }
    place = prompt.indexOf('{', value === null ? place + 1 : value.end);
  }
  return found;
}

interface Braces extends Place {
  /** Where what comes behind all of the braces begins. */
  readonly end: number;
  /** Doubled braces are sent as braces. */
  readonly isValue: boolean;
}

/** What the braces at `place` hold; null where the first of them is text. `math`: where the prompt has formulas. */
export function valueAt(prompt: string, place: number, math: readonly Place[] = []): Braces | null {
  const count = runLength(prompt, place, '{');
  const inner = place + count;
  const close = closing(prompt, inner);
  if (count === 0 || close === null || runLength(prompt, close, '}') < count || isLatex(prompt, place, math)) {
    return null;
  }
  if (!isPlaceholder(prompt.slice(inner, close))) {
    return null;
  }
  return { from: inner - 1, to: close + 1, end: close + count, isValue: count % 2 === 1 };
}

function runLength(text: string, from: number, brace: string): number {
  let to = from;
  while (text[to] === brace) {
    to += 1;
  }
  return to - from;
}

/** The place of the brace that closes the one before `from`, on the same line. */
function closing(text: string, from: number): number | null {
  let depth = 0;
  for (const { 0: token, index } of text.slice(from, from + LONGEST).matchAll(TOKEN)) {
    if (token === '\n') {
      return null;
    }
    if (token === '}' && depth === 0) {
      return from + index;
    }
    depth += token === '{' ? 1 : token === '}' ? -1 : 0;
  }
  return null;
}

function isLatex(text: string, place: number, math: readonly Place[]): boolean {
  const before = text.slice(Math.max(0, place - 200), place);
  if (/[_^]$/.test(before)) {
    return math.some(({ from, to }) => from <= place && place < to);
  }
  return COMMAND.test(before);
}

function isPlaceholder(source: string): boolean {
  if (JSON_KEY.test(source)) {
    return false;
  }
  if (isExpression(source.trim())) {
    return true;
  }
  const cut = restAt(source);
  const [head, rest] = [source.slice(0, cut), source.slice(cut)];
  return (rest !== '' || LABEL.test(head)) && REST.test(rest) && isExpression(head.replace(LABEL, '').trim());
}

/** Where an expression's conversion or spec begins. */
function restAt(source: string): number {
  let depth = 0;
  for (const { 0: mark, index } of source.matchAll(MARK)) {
    if ('([{'.includes(mark)) {
      depth += 1;
    } else if (')]}'.includes(mark)) {
      depth -= 1;
    } else if ((mark === '!' || mark === ':') && depth === 0) {
      return index;
    }
  }
  return source.length;
}

const WORDS =
  /\s+|[bfruBFRU]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\d[\w.]*|[\p{L}_][\p{L}\p{N}_]*|\*\*|\/\/|<<|>>|[<>=!:]=|[-+*/%@&|^~<>=.,:()[\]{}]|[^]/gu;
const BINARY = new Set(['and', 'or', 'in', 'is', 'if', 'else', 'for']);
const CONSTANTS = new Set(['True', 'False', 'None']);
const PREFIXES = new Set(['+', '-', '~', 'not', 'await']);
const STARS = new Set(['*', '**']);
const OPERATORS = /^(?:[-+*/%@&|^~<>]|\*\*|\/\/|<<|>>|[<>=!]=)$/;
const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Whether a text reads like a Python expression that uses a name: words that stand side by side are text. */
function isExpression(text: string): boolean {
  const reader = new Reader();
  for (const [word] of text.matchAll(WORDS)) {
    if (word.trim() !== '' && !reader.take(word)) {
      return false;
    }
  }
  return reader.isWhole;
}

class Reader {
  private readonly open: string[] = [];
  /** A value comes next; else one was just read. */
  private wants = true;
  private hasName = false;
  private before = '';
  private inLambda = false;

  get isWhole(): boolean {
    return this.open.length === 0 && this.hasName && (!this.wants || this.before === ',');
  }

  /** Read one more word; false where none of its kind may come. */
  take(word: string): boolean {
    const may = this.read(word);
    this.before = word;
    return may;
  }

  private read(word: string): boolean {
    if (word === 'lambda') {
      this.inLambda = true;
      return this.wants;
    }
    if (/^[\p{L}_]/u.test(word) && !/["']$/.test(word)) {
      return this.name(word);
    }
    if (/^\d/.test(word) || /["']$/.test(word)) {
      return this.value(/["']$/.test(word) && /["']$/.test(this.before));
    }
    return this.bracket(word) ?? this.sign(word);
  }

  private name(word: string): boolean {
    if (BINARY.has(word)) {
      const goesOn = !this.wants || (word === 'in' && this.before === 'not');
      this.wants = true;
      return goesOn;
    }
    if (PREFIXES.has(word)) {
      this.wants = true;
      return true;
    }
    this.hasName ||= !CONSTANTS.has(word);
    return this.value(false);
  }

  private value(joins: boolean): boolean {
    const may = this.wants || joins;
    this.wants = false;
    return may;
  }

  private bracket(word: string): boolean | null {
    if ('([{'.includes(word)) {
      const may = word !== '{' || this.wants;
      this.open.push(word);
      this.wants = true;
      return may;
    }
    if (word in PAIRS) {
      this.wants = false;
      return this.open.pop() === PAIRS[word];
    }
    return null;
  }

  private sign(word: string): boolean {
    const within = this.open.at(-1) ?? '';
    const wanted = this.wants;
    this.wants = true;
    if (word === ':') {
      const ends = this.inLambda;
      this.inLambda = false;
      return ends || within === '[' || within === '{';
    }
    if (word === ',' || word === '.') {
      return !wanted;
    }
    if (word === '=' || word === ':=') {
      return !wanted && (within === '(' || this.inLambda);
    }
    return OPERATORS.test(word) && (!wanted || PREFIXES.has(word) || (STARS.has(word) && within !== ''));
  }
}
