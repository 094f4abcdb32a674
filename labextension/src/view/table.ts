/** The timeline as a table with headings. */

import type { Run } from '../run/bundle';
import { KINDS } from '../run/words';
import { __ } from '../texts';
import { element } from './dom';
import { bytes, duration, joined, oneLine, seconds, whole } from './format';
import { faultWords, timeIn, type Row } from './rows';
import { codeWords, KIND_WORDS, statusWord } from './words';

/** Characters of a call's result. */
const RESULT = 80;
/** Rows of the table; a page with all of ten thousand would not move. */
const MOST = 500;

/** The table and, where it is cut, what of it is not there. */
export function tableOf(run: Run, all: readonly Row[], now: number): HTMLElement[] {
  const rows = all.slice(0, MOST);
  const more = all.length - rows.length;
  const note = __('%1 more rows are not shown here; session.turns and session.tool_calls have them.', whole(more));
  return [filled(run, rows, now), ...(more > 0 ? [element('p', { class: 'wsn-frames-note', text: note })] : [])];
}

function filled(run: Run, rows: readonly Row[], now: number): HTMLTableElement {
  const kinds = KINDS.filter(kind => rows.some(row => row.spans.some(([each]) => each === kind)));
  const heads = [
    __('Turn or call'), __('Status'), __('Start'), __('Duration'), ...kinds.map(kind => __(KIND_WORDS[kind])),
    __('Tokens in'), __('Tokens out'), __('Sent'), __('Result')
  ];
  const head = element('tr', {}, ...heads.map(text => element('th', { scope: 'col', text })));
  const body = rows.map(row => {
    const end = row.end_ms ?? now;
    const cells = [
      statusWord(row.source),
      seconds(row.start_ms),
      duration(Math.max(0, end - row.start_ms)),
      ...kinds.map(kind => {
        const time = timeIn(row.spans, kind, end);
        return time > 0 ? duration(time) : '';
      }),
      ...figures(row)
    ];
    const written = 'call_id' in row.source && row.source.arguments !== '';
    const name = written ? `${row.name}(${row.aside})` : row.name;
    return element(
      'tr',
      { 'data-kind': row.kind },
      element('th', { scope: 'row', text: name }),
      ...cells.map(text => element('td', { text }))
    );
  });
  const caption = element('caption', { class: 'wsn-hidden', text: __('Timeline of run %1', run.id) });
  return element('table', { class: 'wsn-table' }, caption, element('thead', {}, head), element('tbody', {}, ...body));
}

function figures({ source }: Row): string[] {
  if ('call_id' in source) {
    return ['', '', '', oneLine(source.output ?? source.error ?? '', RESULT)];
  }
  const { usage } = source;
  return [
    usage === null ? '' : whole(usage.input_tokens),
    usage === null ? '' : whole(usage.output_tokens),
    source.bytes_sent > 0 ? bytes(source.bytes_sent) : '',
    joined([source.recovered === '' ? '' : __('sent again: %1', oneLine(codeWords(source.recovered), RESULT)), faultWords(source)])
  ];
}
