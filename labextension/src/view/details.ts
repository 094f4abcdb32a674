/** What a row of the timeline says when it is opened: times, figures, arguments, output. */

import type { Call, Turn } from '../run/bundle';
import type { Decision } from '../run/words';
import { __ } from '../texts';
import { element, factList, isolated } from './dom';
import { Exhibits } from './exhibits';
import { bytes, duration, joined, numbersOf, pretty, seconds, visible } from './format';
import { figure } from './question';
import { spansInWords, type Row } from './rows';
import { CALL_WORDS, codeWords, DECISION_WORDS, RUN_WORDS } from './words';

/** Characters of arguments, outputs and errors shown. */
const LIMIT = 20_000;

type Fact = readonly [name: string, value: string];

export class RowDetails {
  readonly node = element('div', { class: 'wsn-details', role: 'region', hidden: '' });
  private readonly title = element('div', { class: 'wsn-details-title' });
  private readonly close_ = element('button', { class: 'wsn-button', type: 'button', text: __('Close') });
  private readonly content = element('div');
  private readonly exhibits = new Exhibits();
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
    this.node.setAttribute('aria-label', __('Details of %1', row.name));
    this.title.textContent = row.name;
    const end = row.end_ms ?? now;
    const { source } = row;
    this.content.replaceChildren(
      ...('call_id' in source ? callContent(source, row, end, this.exhibits.show(source.exhibits)) : [...this.exhibits.show([]), ...turnContent(source, row, end)])
    );
  }

  close(): void {
    this.shown = null;
    this.node.hidden = true;
    this.exhibits.clear();
    this.content.replaceChildren();
  }
}

/** The facts of a row without its texts, for a tip beside it. */
export function factsOf(row: Row, now: number): readonly (readonly [name: string, value: string])[] {
  const end = row.end_ms ?? now;
  const { source } = row;
  const given = 'call_id' in source ? callFacts(source, row, end) : turnFacts(source, row, end);
  return given.filter(([name, value]) => value !== '' && !name.endsWith(' id')).map(([name, value]) => [name, visible(value)]);
}

function callContent(call: Call, row: Row, end: number, exhibits: readonly Node[]): Node[] {
  return [
    facts(callFacts(call, row, end)),
    ...block('arguments', call.arguments),
    ...block('ran with', call.approval?.arguments ?? ''),
    ...block('partial result', call.progress?.partial ?? ''),
    ...(exhibits.length > 0 ? [element('div', { class: 'wsn-block-name', text: __('result') }), ...exhibits] : []),
    ...block('output', call.output ?? ''),
    ...(call.images.length > 0 ? [element('div', { class: 'wsn-question' }, ...call.images.map(figure))] : []),
    ...block('error', call.error ?? '')
  ];
}

function turnContent(turn: Turn, row: Row, end: number): Node[] {
  return [
    facts(turnFacts(turn, row, end)),
    ...block('error', turn.error === null ? '' : errorWords(turn.error))
  ];
}

function errorWords({ code, message }: NonNullable<Turn['error']>): string {
  return joined([code === null || code === '' ? '' : codeWords(code), message], ': ');
}

function callFacts(call: Call, row: Row, end: number): Fact[] {
  return [
    ['status', __(CALL_WORDS[call.status])],
    ['started', __('%1 after the question', seconds(call.start_ms))],
    ['took', took(row, end)],
    ['approval', call.approval === null ? '' : joined([decided(call.approval.decision), call.approval.reason], ': ')],
    ['call id', call.call_id]
  ];
}

function decided(decision: Decision): string {
  return decision === '' ? '' : __(DECISION_WORDS[decision]);
}

function turnFacts(turn: Turn, row: Row, end: number): Fact[] {
  const { usage } = turn;
  return [
    ['status', __(RUN_WORDS[turn.status])],
    ['started', __('%1 after the question', seconds(turn.start_ms))],
    ['took', took(row, end)],
    ['tokens', usage === null ? '' : __('%1 in (%2 cached), %3 out (%4 reasoning)', ...numbersOf(usage))],
    ['sent', turn.bytes_sent > 0 ? sent(turn.bytes_sent, turn.bytes_full_context) : ''],
    ['sent again', turn.recovered === '' ? '' : codeWords(turn.recovered)],
    ['fault', turn.faults.map(({ rule, at_ms }) => __('%1 after the question: %2', seconds(at_ms), rule)).join('; ')],
    ['lane', turn.lane ?? ''],
    ['response id', turn.response_id ?? '']
  ];
}

function took(row: Row, end: number): string {
  const split = spansInWords(row.spans, end);
  const whole_ = duration(Math.max(0, end - row.start_ms));
  return split === '' ? whole_ : `${whole_}: ${split}`;
}

function sent(count: number, full: number): string {
  return full > count ? __('%1; HTTP with the full input: %2', bytes(count), bytes(full)) : bytes(count);
}

function facts(entries: readonly Fact[]): HTMLElement {
  return factList(entries.map(([name, value]) => [__(name), visible(value)]));
}

function block(name: string, text: string): Node[] {
  if (text === '') {
    return [];
  }
  return [
    element('div', { class: 'wsn-block-name', text: __(name) }),
    element('pre', { class: 'wsn-pre', 'data-part': name, tabindex: '0' }, ...isolated(pretty(text, LIMIT)))
  ];
}
