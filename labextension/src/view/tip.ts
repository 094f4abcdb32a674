/** What is said of a row beside it, under the pointer. */

import { __ } from '../texts';
import { factsOf } from './details';
import { element, factList } from './dom';
import { oneLine } from './format';
import type { Row } from './rows';

/** Characters of arguments and outputs beside a row. */
const TIP_TEXT = 240;

function tipTexts({ source }: Row): Node[] {
  if (!('call_id' in source)) {
    return source.text === '' ? [] : [element('div', { class: 'wsn-tip-text', text: oneLine(source.text, TIP_TEXT) })];
  }
  const texts = [source.arguments, source.output ?? '', source.error ?? ''].filter(text => text !== '');
  return texts.map(text => element('div', { class: 'wsn-tip-text', text: oneLine(text, TIP_TEXT) }));
}

export function tipContent(row: Row, now: number): Node[] {
  const name = row.aside === '' ? row.name : `${row.name} ${row.aside}`;
  return [
    element('div', { class: 'wsn-tip-name', text: name }),
    factList(factsOf(row, now).map(([fact, value]) => [__(fact), value])),
    ...tipTexts(row)
  ];
}
