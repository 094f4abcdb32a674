/** Whether a prompt cell says something else than what its saved run was asked with. Pure. */

import { text, type Fields } from '../run/fields';
import { stampOf } from './crc';

/** Characters of a prompt that a bundle holds at most. */
const KEPT = 20_000;
/** What stands for what a prompt does not show. */
const HIDDEN = '[secret]';
const PICTURES = /(?:\s*\[image\])+$/;

/** The words below a cell's first line, without the line breaks around them. */
export function wordsOf(source: string): string {
  const lines = source.replaceAll('\r\n', '\n');
  const end = lines.indexOf('\n');
  return end < 0 ? '' : lines.slice(end + 1).replace(/^\n+|\n+$/g, '');
}

/** `run`: the bundle of the cell's run. Where that cannot tell, nothing is edited. */
export function isEdited(source: string, run: Fields): boolean {
  const words = wordsOf(source);
  const stamp = text(run['source']);
  return stamp === '' ? !mayBe(words, text(run['prompt'])) : stamp !== stampOf(words);
}

/** Whether `prompt` may have been made of `words`. */
function mayBe(words: string, prompt: string): boolean {
  if (prompt === '' || prompt.length >= KEPT || prompt.includes(HIDDEN)) {
    return true;
  }
  // Pictures may have been sent behind the words.
  return fits(words.trim(), prompt.trim()) || fits(words.trim(), prompt.replace(PICTURES, '').trim());
}

/** Whether `prompt` is `words`, in which anything between braces stands for anything. */
function fits(words: string, prompt: string): boolean {
  const pieces = words.split(/\{[^\n]*\}/);
  const begin = pieces.shift() ?? '';
  const end = pieces.pop();
  if (end === undefined) {
    return prompt === begin;
  }
  if (!prompt.startsWith(begin) || !prompt.endsWith(end)) {
    return false;
  }
  let place = begin.length;
  for (const piece of pieces) {
    const found = prompt.indexOf(piece, place);
    if (found < 0) {
      return false;
    }
    place = found + piece.length;
  }
  return place <= prompt.length - end.length;
}
