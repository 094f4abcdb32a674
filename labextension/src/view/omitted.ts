/** Pictures that an answer writes out as data: they are left out, and said to be. The same as render/omitted.py. */

import { __ } from '../texts';
import { oneLine } from './format';
import { outsideCode } from './tex';

/** Characters of what a picture is called. */
const ALT = 120;

/** Code, pictures as data, the last of which may break off, and signs that mean nothing. */
const SIGNS =
  /^ {0,3}(?:`{3,}|~{3,}).*$|`+|!\[[^\]\n]{0,500}\]\(\s*<?data:[^\s)>]*>?(?:\s+"[^"\n]{0,500}")?\s*(?:\)|$(?![^]))|\\./gim;
const CALLED = /^!\[([^\]\n]*)\]/;

const DATA = /(!\[[^\]\n]{0,500}\]\(\s*<?data:)[^\s)>]*/gi;

/** What stands in the place of a picture, in words. */
export function leftOut(alt: string): string {
  const words = oneLine(alt.trim(), ALT);
  return words === '' ? __('(picture left out)') : __('(picture left out: %1)', words);
}

/** `text` with words for each `![…](data:…)` outside code. */
export function withoutPictures(text: string): string {
  if (!mayHold(text)) {
    return text;
  }
  let done = 0;
  let found = '';
  for (const { words, start, end } of outsideCode(text, SIGNS)) {
    if (words.startsWith('!')) {
      found += text.slice(done, start) + leftOut(CALLED.exec(words)?.[1] ?? '');
      done = end;
    }
  }
  return found + text.slice(done);
}

/** Markdown that is still being written, without the data of its pictures: it is long, and says nothing to people. */
export function withoutData(source: string): string {
  return mayHold(source) ? source.replace(DATA, '$1') : source;
}

function mayHold(text: string): boolean {
  return text.includes('](') && /data:/i.test(text);
}
