/**
 * A run as the notebook's other forms have it, where no kernel can make them: the answer, the calls and how it stands, in
 * short. All of them tell the same. Pure.
 */

import { answerOf, callsOf, type Call, type Run } from '../run/bundle';
import { __, _n } from '../texts';
import { escapedHtml, fenced, joined, oneLine, seconds, shortArguments, visible } from './format';
import { indented } from './json';
import { withoutPictures } from './omitted';
import { nameOf, statusOf } from './summary';
import { CALL_WORDS } from './words';

export interface Forms {
  readonly 'text/html': string;
  readonly 'text/markdown': string;
  readonly 'text/plain': string;
}

/** Characters of a call's arguments and of its output, and of the reasoning. */
const ASIDE = 120;
const THOUGHTS = 300;

const WIDGET = 'application/vnd.jupyter.widget-view+json';

export function formsOf(run: Run): Forms {
  const answer = withoutPictures(visible(run.format === 'json' ? indented(answerOf(run)) : answerOf(run)));
  const reasoning = oneLine(run.turns.map(turn => turn.reasoning).join(' '), THOUGHTS);
  const thoughts = reasoning === '' ? '' : `${__('reasoning')}: ${reasoning}`;
  const calls = callsOf(run).map(callLine);
  const end = endOf(run);
  const facts = factsOf(run);
  return {
    'text/html': [
      '<div class="wsn-static">',
      paragraph(answer, ' style="white-space:pre-wrap"'),
      paragraph(thoughts),
      calls.length > 0 ? `<ul>${calls.map(call => `<li><code>${escapedHtml(call)}</code></li>`).join('')}</ul>` : '',
      end === '' ? '' : `<p><strong>${escapedHtml(end)}</strong></p>`,
      paragraph(facts),
      '</div>'
    ].join(''),
    'text/markdown': paragraphs([
      run.format === 'json' && answer !== '' ? fenced(answer, 'json') : closed(answer),
      plain(thoughts),
      calls.map(call => `- ${plain(call)}`).join('\n'),
      end === '' ? '' : `> **${plain(end)}**`,
      `*${plain(facts)}*`
    ]),
    'text/plain': paragraphs([answer, thoughts, calls.join('\n'), end, facts])
  };
}

/**
 * What an output holds, with the run as it stands under `mime`, and its other forms made of that: those that the kernel has
 * made are older. A widget has no model any more.
 */
export function withRun<Data extends Readonly<Record<string, unknown>>>(data: Data, mime: string, run: Data[string], forms: Forms): Data {
  const { [WIDGET]: _widget, ...others } = data;
  return { ...others, ...forms, [mime]: run } as unknown as Data;
}

/** `population(city="Paris") → 2103000 · 0.24 s` */
function callLine(call: Call): string {
  const what = `${visible(call.name)}(${shortArguments(call.arguments, ASIDE)})`;
  const output = call.status === 'completed' ? oneLine(call.output ?? '', ASIDE) : __(CALL_WORDS[call.status]);
  const took = call.end_ms === null ? '' : ` · ${seconds(call.end_ms - call.start_ms)}`;
  return `${what} → ${output}${took}`;
}

/** How it came not to end well; empty where it did, or goes on. */
function endOf({ status, stopped, error }: Run): string {
  if (status === 'cancelled' || stopped !== '') {
    return joined([`${__('Stopped')}.`, visible(stopped)], ' ');
  }
  return error === null ? '' : visible(`${error.type}: ${error.message}`);
}

function factsOf(run: Run): string {
  const { provider, model, note } = run.session;
  const calls = callsOf(run).length;
  return [
    visible(`${nameOf(run)} ${statusOf(run)}`),
    seconds(run.duration_ms),
    _n('1 turn', '%1 turns', run.turns.length),
    ...(calls > 0 ? [_n('1 call', '%1 calls', calls)] : []),
    visible(`${provider} ${model}${note === '' ? '' : ` (${note})`}`)
  ].join(' · ');
}

function paragraphs(parts: readonly string[]): string {
  return joined(parts, '\n\n');
}

function paragraph(text: string, more = ''): string {
  return text === '' ? '' : `<p${more}>${escapedHtml(text)}</p>`;
}

/** Text that is no Markdown. */
function plain(text: string): string {
  return escapedHtml(text).replace(/[\\`*_[\]|$~]/g, sign => `\\${sign}`);
}

/** Markdown that may break off in the middle of a block of code, which would swallow what comes behind it. */
function closed(text: string): string {
  let open = '';
  for (const line of text.split('\n')) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    const [, marks = '', rest = ''] = fence ?? [];
    if (open === '') {
      open = marks;
    } else if (marks.startsWith(open) && rest.trim() === '') {
      open = '';
    }
  }
  return open === '' ? text : `${text}\n${open}`;
}
