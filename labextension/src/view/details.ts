/** What a row of the timeline says when it is opened: times, figures, arguments, output. */

import type { Call, Turn } from '../bundle';
import { element } from './dom';
import { bytes, duration, pretty, seconds, whole } from './format';
import { spansInWords, type Row } from './rows';
import { CALL_WORDS, RUN_WORDS } from './words';

/** Characters of arguments, outputs and errors shown. */
const LIMIT = 20_000;

type Fact = readonly [name: string, value: string];

export class RowDetails {
  readonly node = element('div', { class: 'wsn-details', role: 'region', hidden: '' });
  private readonly title = element('div', { class: 'wsn-details-title' });
  private readonly close_ = element('button', { class: 'wsn-button', type: 'button', text: 'Close' });
  private readonly content = element('div');
  private shown: unknown = null;
  private shownEnd: number | null = null;

  constructor(onClose: () => void, signal: AbortSignal) {
    this.node.append(element('div', { class: 'wsn-details-head' }, this.title, this.close_), this.content);
    this.close_.addEventListener('click', onClose, { signal });
    this.node.addEventListener(
      'keydown',
      event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
      },
      { signal }
    );
  }

  open(row: Row, now: number): void {
    if (this.shown === row.source && this.shownEnd === row.end_ms) {
      return;
    }
    this.shown = row.source;
    this.shownEnd = row.end_ms;
    this.node.hidden = false;
    this.node.setAttribute('aria-label', `Details of ${row.name}`);
    this.title.textContent = row.name;
    const end = row.end_ms ?? now;
    const { source } = row;
    this.content.replaceChildren(
      ...('call_id' in source ? callContent(source, row, end) : turnContent(source, row, end))
    );
  }

  close(): void {
    this.shown = null;
    this.node.hidden = true;
    this.content.replaceChildren();
  }
}

function callContent(call: Call, row: Row, end: number): Node[] {
  return [
    facts([
      ['status', CALL_WORDS[call.status]],
      ['started', `${seconds(call.start_ms)} after the question`],
      ['took', took(row, end)],
      ['approval', call.approval === null ? '' : [call.approval.decision, call.approval.reason].filter(Boolean).join(': ')],
      ['call id', call.call_id]
    ]),
    ...block('arguments', call.arguments),
    ...block('ran with', call.approval?.arguments ?? ''),
    ...block('partial result', call.progress?.partial ?? ''),
    ...block('output', call.output ?? ''),
    ...block('error', call.error ?? '')
  ];
}

function turnContent(turn: Turn, row: Row, end: number): Node[] {
  const { usage } = turn;
  return [
    facts([
      ['status', RUN_WORDS[turn.status]],
      ['started', `${seconds(turn.start_ms)} after the question`],
      ['took', took(row, end)],
      ['tokens', usage === null ? '' : tokens(usage.input_tokens, usage.cached_tokens, usage.output_tokens, usage.reasoning_tokens)],
      ['sent', turn.bytes_sent > 0 ? sent(turn.bytes_sent, turn.bytes_full_context) : ''],
      ['sent again', turn.recovered],
      ['lane', turn.lane ?? ''],
      ['response id', turn.response_id ?? '']
    ]),
    ...block('error', turn.error === null ? '' : [turn.error.code, turn.error.message].filter(Boolean).join(': '))
  ];
}

function took(row: Row, end: number): string {
  const split = spansInWords(row.spans, end);
  const whole_ = duration(Math.max(0, end - row.start_ms));
  return split === '' ? whole_ : `${whole_}: ${split}`;
}

function tokens(input: number, cached: number, output: number, reasoning: number): string {
  return `${whole(input)} in (${whole(cached)} cached), ${whole(output)} out (${whole(reasoning)} reasoning)`;
}

function sent(count: number, full: number): string {
  return full > count ? `${bytes(count)}; HTTP with the full input: ${bytes(full)}` : bytes(count);
}

function facts(entries: readonly Fact[]): HTMLElement {
  const given = entries.filter(([, value]) => value !== '');
  return element(
    'dl',
    { class: 'wsn-facts-list' },
    ...given.flatMap(([name, value]) => [element('dt', { text: name }), element('dd', { text: value })])
  );
}

function block(name: string, text: string): Node[] {
  if (text === '') {
    return [];
  }
  return [
    element('div', { class: 'wsn-block-name', text: name }),
    element('pre', { class: 'wsn-pre', 'data-part': name, tabindex: '0', text: pretty(text, LIMIT) })
  ];
}
