/**
 * The timeline's rows as data: one per turn and, below it, one per call. Pure. Their texts are made when they are read,
 * since of many rows few are in sight.
 */

import type { Call, Item, Run, Turn } from '../run/bundle';
import type { Span } from '../run/packed';
import { momentsOf } from '../run/replay';
import type { Kind } from '../run/words';
import { __ } from '../texts';
import { duration, joined, oneLine, seconds, shortArguments, visible } from './format';
import { BAD_CALLS, CALL_WORDS, codeWords, DECISION_WORDS, KIND_WORDS, RUN_WORDS, TURN_DOING } from './words';

export interface Row {
  readonly key: string;
  readonly kind: 'turn' | 'call';
  readonly name: string;
  /** Shown smaller after the name: a call's arguments, a turn's lane. */
  readonly aside: string;
  readonly status: string;
  readonly spans: readonly Span[];
  readonly start_ms: number;
  /** Null while it runs: the bar then ends now. */
  readonly end_ms: number | null;
  /** What stands beside the bars: how long it took, what came of it. */
  readonly label: string;
  readonly tone: 'plain' | 'bad' | 'warn';
  readonly source: Turn | Call;
}

interface Texts {
  readonly name: string;
  readonly aside: string;
  readonly label: string;
}

type Facts = Omit<Row, keyof Texts>;

interface LazyRow extends Facts {}

class LazyRow implements Row {
  private made: Texts | null = null;

  constructor(
    facts: Facts,
    private readonly make: (facts: Facts) => Texts
  ) {
    Object.assign(this, facts);
  }

  get name(): string {
    return this.texts.name;
  }

  get aside(): string {
    return this.texts.aside;
  }

  get label(): string {
    return this.texts.label;
  }

  private get texts(): Texts {
    return (this.made ??= this.make(this));
  }
}

/** Characters of arguments and outputs that fit beside a bar. */
const ASIDE_LIMIT = 60;
const OUTPUT_LIMIT = 28;
const ERROR_LIMIT = 60;

/** Milliseconds after which it is said how long something has been waited for. */
const AGED = 5000;
/** Kinds of a turn's time in which nothing comes. */
const WAITS: ReadonlySet<string> = new Set(['connect', 'wait', 'queued']);
/** Milliseconds in the queue of which nothing is said. */
const NO_QUEUE = 20;

/** How long the last of these has lasted, in whole seconds: "12 s"; empty where that is short. */
export function ageOf(spans: readonly Span[], now: number): string {
  const lasted = now - (spans.at(-1)?.[1] ?? now);
  return lasted < AGED ? '' : seconds(Math.floor(lasted / 1000) * 1000);
}

/** What stands beside the bars of a row now: its label and, while it waits, for how long it has. */
export function labelOf({ label, kind, spans, end_ms }: Row, now: number): string {
  const waits = end_ms === null && (kind === 'call' || WAITS.has(spans.at(-1)?.[0] ?? ''));
  return waits ? `${label} ${ageOf(spans, now)}`.trimEnd() : label;
}

export function rowsOf(run: Run): Row[] {
  const live = run.status === 'in_progress';
  return run.turns.flatMap((turn, index) => [
    turnRow(run, turn, index),
    ...turn.calls.map((call, place) => callRow(call, `${index}.${place}`, live)),
    ...turn.items.flatMap((item, place) => hostedRow(item, `${index}.i${place}`, live))
  ]);
}

/** The rows of a finished run as they stood at `ms`: all of them are there, those that had not begun with nothing but a name. */
export function rowsAt(run: Run, ms: number): Row[] {
  return rowsOf(momentsOf(run, ms)).map(row => (row.start_ms > ms ? notBegun(row) : row));
}

function notBegun(row: Row): Row {
  const { key, kind, start_ms, source, name, aside } = row;
  return { key, kind, status: 'queued', spans: [], start_ms, end_ms: start_ms, tone: 'plain', source, name, aside, label: '' };
}

function turnRow(run: Run, turn: Turn, index: number): Row {
  const running = run.status === 'in_progress' && turn.end_ms === null;
  const facts: Facts = {
    key: String(index),
    kind: 'turn',
    status: turn.status,
    spans: turn.spans,
    start_ms: turn.start_ms,
    end_ms: running ? null : (turn.end_ms ?? Math.max(run.duration_ms, lastEnd(turn.spans, turn.start_ms))),
    tone: turn.status === 'failed' ? 'bad' : turn.recovered !== '' || turn.faults.length > 0 ? 'warn' : 'plain',
    source: turn
  };
  return new LazyRow(facts, ({ end_ms }) => ({
    name: __('turn %1', index + 1),
    aside: visible(turn.lane ?? ''),
    label: joined([end_ms === null ? turnDoing(turn) : turnLabel(turn, end_ms), faultWords(turn)])
  }));
}

/** The call that the provider carries out itself, as one of a tool; of those, how it went is all that is known. */
const HOSTED = new WeakMap<Item, Call>();

function hostedRow(item: Item, key: string, live: boolean): Row[] {
  if (item.start_ms === null) {
    return [];
  }
  const call = HOSTED.get(item) ?? hostedCall(item, item.start_ms);
  HOSTED.set(item, call);
  const facts = callFacts(call, key, live);
  return [
    new LazyRow(facts, ({ end_ms }) => {
      const summary = oneLine(item.summary, ASIDE_LIMIT);
      const label = end_ms === null ? summary : callLabel({ ...call, output: null }, end_ms);
      return { name: visible(call.name), aside: end_ms === null ? '' : summary, label };
    })
  ];
}

function hostedCall(item: Item, start_ms: number): Call {
  const { end_ms, summary } = item;
  const good = ['completed', 'in_progress', ''].includes(item.status);
  return {
    call_id: item.id,
    name: item.type.replace(/_call$/, '').replaceAll('_', ' '),
    arguments: '',
    status: end_ms === null ? 'running' : good ? 'completed' : 'failed',
    start_ms,
    end_ms,
    spans: [['tool', start_ms, end_ms]],
    output: summary,
    error: null,
    images: [],
    exhibits: [],
    approval: null,
    progress: null,
    note: ''
  };
}

/** Where the last of the spans ends, as far as they have. */
function lastEnd(spans: readonly Span[], start: number): number {
  return spans.reduce((latest, [, from, to]) => Math.max(latest, to ?? from), start);
}

/** "fault: drop at response.completed"; empty where none was set and happened. */
export function faultWords({ faults }: Turn): string {
  const counts = new Map<string, number>();
  faults.forEach(({ rule }) => counts.set(rule, (counts.get(rule) ?? 0) + 1));
  const told = [...counts].map(([rule, count]) => oneLine(rule, ERROR_LIMIT) + (count > 1 ? ` × ${count}` : ''));
  return told.length === 0 ? '' : __('fault: %1', told.join(', '));
}

function turnDoing({ spans }: Turn): string {
  const doing = spans.at(-1)?.[0];
  return doing === undefined ? __('waiting…') : __(TURN_DOING[doing]);
}

function turnLabel(turn: Turn, end: number): string {
  const took = seconds(end - turn.start_ms);
  const good = turn.status === 'completed' || turn.status === 'in_progress';
  const parts = [good ? took : __('%1 after %2', __(RUN_WORDS[turn.status]), took)];
  if (good && turn.tokens_per_second !== null && turn.tokens_per_second > 0) {
    parts.push(__('%1\u00a0tok/s', Math.round(turn.tokens_per_second)));
  }
  if (turn.recovered !== '') {
    const cause = oneLine(codeWords(turn.recovered), ERROR_LIMIT);
    parts.push(/^(connection|history)_/.test(turn.recovered) ? __('history sent again: %1', cause) : __('sent again: %1', cause));
  }
  return parts.join(' · ');
}

/** What a call that has ended said of itself stays, and most of a long run's have. */
const ENDED = new WeakMap<Call, Row>();

function callRow(call: Call, key: string, live: boolean): Row {
  const known = ENDED.get(call);
  if (known !== undefined && known.key === key) {
    return known;
  }
  const row = new LazyRow(callFacts(call, key, live), ({ end_ms }) => ({
    name: visible(call.name),
    aside: shortArguments(call.arguments, ASIDE_LIMIT),
    label: callLabel(call, end_ms)
  }));
  if (call.end_ms !== null) {
    ENDED.set(call, row);
  }
  return row;
}

function callFacts(call: Call, key: string, live: boolean): Facts {
  return {
    key,
    kind: 'call',
    status: call.status,
    spans: call.spans,
    start_ms: call.start_ms,
    end_ms: call.end_ms ?? (live ? null : lastEnd(call.spans, call.start_ms)),
    tone: BAD_CALLS.has(call.status) ? 'bad' : call.status === 'completed' ? 'plain' : 'warn',
    source: call
  };
}

function callLabel(call: Call, end: number | null): string {
  if (end === null) {
    return progressLabel(call) || __(CALL_WORDS[call.status]);
  }
  if (call.status === 'completed') {
    return completedLabel(call, end);
  }
  const why = call.error === null || call.error === '' ? '' : `: ${oneLine(call.error, ERROR_LIMIT)}`;
  return `${__(CALL_WORDS[call.status].replace('…', ''))}${why}`;
}

/** "270 ms, after 240 ms in the queue → 717710", "60 ms, approved after 0.50 s → ok" */
function completedLabel(call: Call, end: number): string {
  const output = call.output === null ? '' : oneLine(call.output, OUTPUT_LIMIT);
  const took = joined([ranFor(call, end), waitedFor(call, end)], ', ');
  const came = output === '' ? took : `${took} → ${output}`;
  return call.note === '' ? came : `${came} · ${call.note}`;
}

/** The time of the function itself, where its spans say it. */
function ranFor({ spans, start_ms }: Call, end: number): string {
  const tool = spans.some(([kind]) => kind === 'tool');
  return duration(tool ? timeIn(spans, 'tool', end) : end - start_ms);
}

function waitedFor({ spans, approval }: Call, end: number): string {
  const asked = timeIn(spans, 'approval', end);
  const queued = timeIn(spans, 'queued', end) + timeIn(spans, 'kernel_busy', end);
  const words = asked > 0 ? __('%1 after %2', __(DECISION_WORDS[approval?.decision ?? '']), seconds(asked)) : '';
  return joined([words, queued >= NO_QUEUE ? __('after %1 in the queue', duration(queued)) : ''], ', ');
}

/** "40 % · reading" or "3: the third part"; empty where it says nothing. */
function progressLabel({ status, progress }: Call): string {
  if (status !== 'running' || progress === null) {
    return '';
  }
  const done = progress.fraction === null ? '' : `${Math.round(progress.fraction * 100)}\u00a0%`;
  const values = progress.count === 0 ? '' : `${progress.count}: ${oneLine(progress.partial ?? '', OUTPUT_LIMIT)}`;
  return joined([done, oneLine(progress.text, ERROR_LIMIT) || values]);
}

export function timeIn(spans: readonly Span[], wanted: Kind, now: number): number {
  return spans.reduce((sum, [kind, from, to]) => (kind === wanted ? sum + Math.max(0, (to ?? now) - from) : sum), 0);
}

/** The spans in words: "wait 350 ms, reasoning 0.30 s". */
export function spansInWords(spans: readonly Span[], now: number): string {
  const kinds = [...new Set(spans.filter(([, from, to]) => (to ?? now) > from).map(([kind]) => kind))];
  return kinds.map(kind => `${__(KIND_WORDS[kind])} ${duration(timeIn(spans, kind, now))}`).join(', ');
}
