/** Numbers and texts as people read them. Pure. */

import type { Usage } from '../run/bundle';
import { __ } from '../texts';
import { indented } from './json';

const THIN_SPACE = '\u2009';
const NO_BREAK_SPACE = '\u00a0';

function withUnit(value: string, unit: string): string {
  return `${value}${NO_BREAK_SPACE}${unit}`;
}

/** Those of the words that say something, with a sign between. */
export function joined(words: readonly string[], sign = ' · '): string {
  return words.filter(each => each !== '').join(sign);
}

/** 0.4 ms · 34 ms · 240 ms · 3.2 s · 32 s · 2 min 5 s */
export function duration(ms: number): string {
  if (ms < 999.5) {
    return withUnit(ms > 0 && ms < 1 ? ms.toFixed(1) : ms.toFixed(0), 'ms');
  }
  return seconds(ms);
}

/** Like `duration`, but in seconds from a tenth of one: 34 ms · 0.80 s · 1.1 s */
export function seconds(ms: number): string {
  if (ms < 99.5) {
    return duration(ms);
  }
  if (ms < 995) {
    return withUnit((ms / 1000).toFixed(2), 's');
  }
  if (ms < 9950) {
    return withUnit((ms / 1000).toFixed(1), 's');
  }
  const whole = Math.round(ms / 1000);
  if (whole < 60) {
    return withUnit(String(whole), 's');
  }
  const rest = whole % 60;
  const minutes = withUnit(String(Math.floor(whole / 60)), 'min');
  return rest === 0 ? minutes : `${minutes} ${withUnit(String(rest), 's')}`;
}

/** 812 B · 1.9 kB · 55 kB · 1.2 MB */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return withUnit(value.toFixed(digits), units[unit] ?? 'B');
}

/** 187 · 2 187 · 12 187, in groups of three from four digits on. */
export function whole(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, THIN_SPACE);
}

/** Tokens in, of these cached, out, and of these reasoning, for a sentence that tells all. */
export function numbersOf(usage: Usage): string[] {
  return [usage.input_tokens, usage.cached_tokens, usage.output_tokens, usage.reasoning_tokens].map(whole);
}

/** What was saved against `full`, as "91 %"; empty when it is less than one percent. */
export function saving(sent: number, full: number): string {
  const percent = full > 0 ? Math.floor((1 - sent / full) * 100 + 0.5) : 0;
  return percent >= 1 ? withUnit(String(Math.min(percent, 99)), '%') : '';
}

/** A moment of a time, in the unit of that: 1.4 of 3.2 s · 0.05 of 0.29 s. */
export function moment(at: number, whole_: number): string {
  const digits = whole_ < 995 ? 2 : whole_ < 9950 ? 1 : 0;
  const end = whole_ < 995 ? withUnit((whole_ / 1000).toFixed(2), 's') : seconds(whole_);
  return __('%1 of %2', whole_ < 59_500 ? (at / 1000).toFixed(digits) : seconds(at), end);
}

/**
 * Characters that show nothing and change how others read: controls, marks and overrides of direction, joiners, fillers,
 * halves of pairs, marks of annotations, other ends of lines. The tags after a flag belong to its picture.
 */
const HIDDEN =
  /(\u{1f3f4}[\u{e0030}-\u{e007a}]{2,6}\u{e007f})|(?![\n\t])[\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb]|(?!\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu;
/** What a joiner joins: letters of scripts that need it, and pictures. */
const JOINED = /(?![\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}])[\p{L}\p{M}\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}]/u;

/** `text` with characters that cannot be seen written out, as `\u202e`; line feeds and tabs stay. */
export function visible(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(HIDDEN, (found, flag: string | undefined, at: number, whole_: string) =>
      flag !== undefined || (/[\u200c\u200d]/.test(found) && joins(whole_, at)) ? found : escaped(found)
    );
}

function joins(text: string, at: number): boolean {
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  return JOINED.test(before) && JOINED.test(after);
}

function escaped(found: string): string {
  const units = Array.from({ length: found.length }, (_none, index) => found.charCodeAt(index));
  return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** `text` on one line, at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  const flat = visible(text.slice(0, limit * 4)).replace(/\s+/g, ' ').trim();
  const cut = [...flat];
  return cut.length > limit || text.length > limit * 4 ? `${cut.slice(0, limit - 1).join('')}…` : flat;
}

/** A call's arguments as `city="Paris", days=3`; text that is no JSON object as it is. */
export function shortArguments(json: string, limit: number): string {
  const value = parsed(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return oneLine(json, limit);
  }
  const pairs = Object.entries(value).map(([key, entry]) => `${key}=${JSON.stringify(entry)}`);
  return oneLine(pairs.join(', '), limit);
}

/** `code` as a block of code in Markdown, whatever backticks it holds. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}

/** `text` as text of HTML, or as the value of an attribute. */
export function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);
}

const STRINGS = /"(?:[^"\\]|\\.)*"/g;

/**
 * JSON indented, its numbers as they are written, other text as it is; what exceeds `limit` characters is counted instead
 * of shown. Nothing is hidden, and JSON stays JSON of the same value.
 */
export function pretty(text: string, limit: number): string {
  const json = text.length <= limit && parsed(text) !== undefined;
  const shown = json ? indented(text.replace(STRINGS, each => JSON.stringify(JSON.parse(each)))) : text;
  const more = shown.length - limit;
  return visible(shown.slice(0, limit)) + (more > 0 ? `\n… ${whole(more)} more characters` : '');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
