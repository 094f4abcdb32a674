/** From any JSON value to the shapes of bundle.ts: unknown fields are dropped, missing or wrong ones get a neutral value. */

import {
  CALL_STATUSES,
  DECISIONS,
  KINDS,
  RUN_STATUSES,
  STEER_STATUSES,
  type Appended,
  type Approval,
  type Asked,
  type Call,
  type Citation,
  type Exhibit,
  type FrameRow,
  type Growth,
  type Head,
  type Item,
  type KernelMessage,
  type Problem,
  type Progress,
  type Picture,
  type Run,
  type RunError,
  type Span,
  type Steer,
  type Turn,
  type Usage
} from './bundle';
import { amount, amountOrNull, fields, isFields, list, oneOf, text, textOrNull, type Fields } from './fields';

/** Spans as a saved run has them: "connect 0 100 wait 350", a start only where it is not the end before. */
function listOfSpans(words: string): unknown[] {
  const spans: unknown[] = [];
  let before: number | null = null;
  for (const [, kind, first, second] of words.matchAll(/([a-z_]+) ([\d.]+|-)(?: ([\d.]+|-))?/g)) {
    const start: number | null = second === undefined ? before : Number(first);
    const last = second ?? first;
    before = last === '-' ? null : Number(last);
    spans.push([kind, start, before]);
  }
  return spans;
}

/** Numbers, in a list or as a saved run has them, with blanks between. */
function numbers(value: unknown): number[] {
  return (typeof value === 'string' ? value.split(' ').map(Number) : list(value)).map(amount);
}

function readSpans(value: unknown): Span[] {
  const spans: Span[] = [];
  for (const entry of typeof value === 'string' ? listOfSpans(value) : list(value)) {
    const [kind, start, end] = list(entry);
    const known = KINDS.find(word => word === kind);
    if (known !== undefined) {
      spans.push([known, amount(start), amountOrNull(end)]);
    }
  }
  return spans;
}

function readUsage(value: unknown): Usage {
  if (typeof value === 'string') {
    const [input_tokens = 0, cached_tokens = 0, output_tokens = 0, reasoning_tokens = 0] = numbers(value);
    return { input_tokens, cached_tokens, output_tokens, reasoning_tokens };
  }
  const from = fields(value);
  return {
    input_tokens: amount(from['input_tokens']),
    cached_tokens: amount(from['cached_tokens']),
    output_tokens: amount(from['output_tokens']),
    reasoning_tokens: amount(from['reasoning_tokens'])
  };
}

function readBytes(value: unknown): Head['bytes'] {
  const from = fields(value);
  return {
    sent: amount(from['sent']),
    received: amount(from['received']),
    full_context: amount(from['full_context'])
  };
}

function readError(value: unknown): RunError | null {
  if (!isFields(value)) {
    return null;
  }
  return {
    type: text(value['type']) || 'Error',
    code: textOrNull(value['code']),
    message: text(value['message'])
  };
}

/** Start and end of a turn or a call; a saved run leaves them out where its spans say them. */
function readExtent(from: Fields, spans: readonly Span[]): { start_ms: number; end_ms: number | null } {
  return {
    start_ms: 'start_ms' in from ? amount(from['start_ms']) : (spans[0]?.[1] ?? 0),
    end_ms: 'end_ms' in from ? amountOrNull(from['end_ms']) : (spans.at(-1)?.[2] ?? null)
  };
}

function readCall(value: unknown): Call {
  const from = fields(value);
  const spans = readSpans(from['spans']);
  return {
    call_id: text(from['call_id']),
    name: text(from['name']),
    arguments: text(from['arguments']),
    status: oneOf(CALL_STATUSES, from['status'], 'unanswered'),
    ...readExtent(from, spans),
    spans,
    output: textOrNull(from['output']),
    error: textOrNull(from['error']),
    note: text(from['note']),
    approval: readApproval(from['approval']),
    images: list(from['images']).map(readPicture),
    exhibits: list(from['exhibits']).slice(0, MOST_EXHIBITS).flatMap(readExhibit),
    progress: readProgress(from['progress'])
  };
}

/** Of one call. */
const MOST_EXHIBITS = 8;
/** Characters of a figure's data. */
const LONGEST_FIGURE = 400_000;

function readExhibit(value: unknown): Exhibit[] {
  const from = fields(value);
  if (from['kind'] === 'table') {
    const count = (name: string): number => Math.floor(amount(from[name]));
    const rows = amountOrNull(from['rows']);
    return [{ kind: 'table', cells: text(from['cells']), head: count('head'), index: count('index'), rows, columns: count('columns') }];
  }
  if (from['kind'] === 'plotly') {
    const figure = textOrNull(from['figure']);
    return [{ kind: 'plotly', words: text(from['words']), figure: figure !== null && figure.length > LONGEST_FIGURE ? null : figure }];
  }
  return [];
}

function readApproval(value: unknown): Approval | null {
  if (!isFields(value)) {
    return null;
  }
  return {
    decision: oneOf(DECISIONS, value['decision'], ''),
    reason: text(value['reason']),
    arguments: textOrNull(value['arguments']),
    deadline_ms: amountOrNull(value['deadline_ms']),
    default: oneOf(['deny', 'approve'], value['default'], 'deny'),
    prompted: value['prompted'] === true,
    asked: readAsked(value['asked'])
  };
}

function readAsked(value: unknown): Asked | null {
  if (!isFields(value)) {
    return null;
  }
  return {
    length: amount(value['length']),
    digest: text(value['digest']),
    defaults: text(value['defaults']),
    repeated: list(value['repeated']).map(text)
  };
}

/** All of a call's arguments, where a message is the answer to who asked for them. */
export function readArguments(value: unknown): { turn: string; call: string; text: string } | null {
  const from = fields(value);
  return from['kind'] === 'arguments' ? { turn: text(from['turn']), call: text(from['call']), text: text(from['text']) } : null;
}

function readProgress(value: unknown): Progress | null {
  if (!isFields(value)) {
    return null;
  }
  const fraction = amountOrNull(value['fraction']);
  return {
    fraction: fraction === null ? null : Math.min(1, fraction),
    text: text(value['text']),
    partial: textOrNull(value['partial']),
    count: amount(value['count'])
  };
}

/** Pictures in pixels; an SVG is a document. */
const DATA_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-zA-Z0-9+/=]+$/;

function readCitation(value: unknown): Citation {
  return { title: text(fields(value)['title']), url: text(fields(value)['url']) };
}

/** From pairs of differences to sums. */
function readGrowth(value: unknown): Growth {
  const at_ms: number[] = [];
  const length: number[] = [];
  const packed = numbers(value);
  for (let index = 0; index + 1 < packed.length; index += 2) {
    at_ms.push((at_ms.at(-1) ?? 0) + (packed[index] ?? 0));
    length.push((length.at(-1) ?? 0) + (packed[index + 1] ?? 0));
  }
  return { at_ms, length };
}

/** Rows as a saved run has them, each with the milliseconds since the one before, and what it repeats left out. */
function rowsOf(words: string): number[][] {
  let reached = 0;
  return words.split(';').filter(row => row !== '').map(row => {
    const [turn = 0, sent = 0, type = 0, since = 0, bytes = 0, count = 1, lasted = 0] = row.split(' ').map(Number);
    reached += since;
    return [turn, sent, type, count, reached, lasted, bytes];
  });
}

function readFrames(value: unknown): FrameRow[] {
  const types = list(fields(value)['types']).map(text);
  const rows = fields(value)['rows'];
  return (typeof rows === 'string' ? rowsOf(rows) : list(rows)).map(row => {
    const [turn, sent, type, count, at, lasted, bytes] = numbers(row);
    return {
      turn: turn ?? 0,
      sent: sent === 1,
      type: types[type ?? -1] ?? '',
      count: count ?? 1,
      at_ms: at ?? 0,
      lasted_ms: lasted ?? 0,
      bytes: bytes ?? 0,
      index: null
    };
  });
}

/** The single frames in a message of kind "frames", and how many older ones it leaves out; null for another message. */
export function readFrameList(value: unknown): { rows: FrameRow[]; left_out: number } | null {
  const from = fields(value);
  if (from['kind'] !== 'frames') {
    return null;
  }
  const types = list(from['types']).map(text);
  const rows = list(from['rows']).map(row => {
    const [index, turn, sent, type, at, bytes] = list(row).map(amount);
    const found = { turn: turn ?? 0, sent: sent === 1, type: types[type ?? -1] ?? '', at_ms: at ?? 0, bytes: bytes ?? 0 };
    return { ...found, count: 1, lasted_ms: 0, index: index ?? 0 };
  });
  return { rows, left_out: amount(from['left_out']) };
}

function readItem(value: unknown): Item {
  const from = fields(value);
  return {
    type: text(from['type']) || 'unknown item',
    id: text(from['id']),
    status: text(from['status']),
    summary: text(from['summary']),
    images: [from['image'], ...list(from['images'])].map(text).filter(url => DATA_IMAGE.test(url)),
    start_ms: amountOrNull(from['start_ms']),
    end_ms: amountOrNull(from['end_ms'])
  };
}

function readTurnError(value: unknown): Turn['error'] {
  return isFields(value) ? { code: textOrNull(value['code']), message: text(value['message']) } : null;
}

function readSteer(value: unknown): Steer {
  const from = fields(value);
  return {
    text: text(from['text']),
    status: oneOf(STEER_STATUSES, from['status'], 'sent'),
    error: textOrNull(from['error'])
  };
}

function readSteers(value: unknown): Steer[] {
  return list(value).map(readSteer);
}

export function readTurn(value: unknown): Turn {
  const from = fields(value);
  const spans = readSpans(from['spans']);
  return {
    id: text(from['id']),
    response_id: textOrNull(from['response_id']),
    status: oneOf(RUN_STATUSES, from['status'], 'incomplete'),
    ...readExtent(from, spans),
    spans,
    text: text(from['text']),
    reasoning: text(from['reasoning']),
    recovered: text(from['recovered']),
    retry_at_ms: amountOrNull(from['retry_at_ms']),
    lane: textOrNull(from['lane']),
    usage: from['usage'] === undefined || from['usage'] === null ? null : readUsage(from['usage']),
    bytes_sent: amount(from['bytes_sent']),
    bytes_full_context: amount(from['bytes_full_context']),
    tokens_per_second: amountOrNull(from['tokens_per_second']),
    error: readTurnError(from['error']),
    calls: list(from['calls']).map(readCall),
    items: list(from['items']).map(readItem),
    growth: { text: readGrowth(fields(from['growth'])['text']), reasoning: readGrowth(fields(from['growth'])['reasoning']) },
    citations: list(from['citations']).map(readCitation)
  };
}

const HEAD_READERS: { readonly [K in keyof Head]: (value: unknown) => Head[K] } = {
  status: value => oneOf(RUN_STATUSES, value, 'incomplete'),
  parent: text,
  duration_ms: amount,
  usage: readUsage,
  bytes: readBytes,
  error: readError,
  stopped: text,
  reason: text,
  steers: readSteers
};

function readHead(value: unknown): Partial<Head> {
  const from = fields(value);
  const keys = Object.keys(HEAD_READERS).filter(key => key in from) as (keyof Head)[];
  return Object.fromEntries(keys.map(key => [key, HEAD_READERS[key](from[key])]));
}

/** Nothing but a copy that the bundle itself holds is ever shown: no address is fetched. */
function readPicture(value: unknown): Picture {
  const from = fields(value);
  const url = text(from['url']);
  return { url: /^data:image\/(png|jpeg|gif|webp);base64,/.test(url) ? url : null, caption: text(from['caption']) };
}

/** The turn with its text, which a saved run holds once, in its own. */
function withText(turn: Turn, place: unknown, whole: string): Turn {
  const [from, to] = list(place).map(amount);
  return from === undefined || to === undefined ? turn : { ...turn, text: whole.slice(from, to) };
}

/** The run in `value`, or null where that is no bundle at all. */
export function readRun(value: unknown): Run | null {
  if (!isFields(value) || !('version' in value)) {
    return null;
  }
  const session = fields(value['session']);
  return {
    version: amount(value['version']),
    id: text(value['id']),
    status: HEAD_READERS.status(value['status']),
    prompt: text(value['prompt']),
    source: text(value['source']),
    images: list(value['images']).map(readPicture),
    notes: list(value['notes']).map(text).filter(note => note !== ''),
    parent: text(value['parent']),
    format: value['format'] === 'json' ? 'json' : '',
    session: {
      provider: text(session['provider']),
      model: text(session['model']),
      transport: text(session['transport']),
      note: text(session['note']),
      address: text(session['address']),
      profile: text(session['profile'])
    },
    started: text(value['started']),
    duration_ms: amount(value['duration_ms']),
    text: text(value['text']),
    usage: readUsage(value['usage']),
    bytes: readBytes(value['bytes']),
    error: readError(value['error']),
    stopped: text(value['stopped']),
    reason: text(value['reason']),
    steers: readSteers(value['steers']),
    turns: list(value['turns']).map(turn => withText(readTurn(turn), fields(turn)['text_at'], text(value['text']))),
    frames: readFrames(value['frames']),
    view: text(value['view'])
  };
}

function readIndexed<T>(value: unknown, read: (value: unknown) => T): (readonly [number, T])[] {
  const pairs: (readonly [number, T])[] = [];
  for (const entry of list(value)) {
    const [index, content] = list(entry);
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0) {
      pairs.push([index, read(content)]);
    }
  }
  return pairs;
}

/** The message in `value`, or null for anything this version does not know. */
export function readMessage(value: unknown): KernelMessage | null {
  const from = fields(value);
  const seq = amount(from['seq']);
  const now_ms = amount(from['now_ms']);
  if (from['kind'] === 'snapshot') {
    const run = readRun(from['run']);
    return run === null ? null : { kind: 'snapshot', seq, now_ms, run };
  }
  if (from['kind'] === 'delta') {
    return {
      kind: 'delta',
      seq,
      now_ms,
      head: readHead(from['head']),
      text: readIndexed(from['text'], text) as Appended[],
      reasoning: readIndexed(from['reasoning'], text) as Appended[],
      turns: readIndexed(from['turns'], readTurn)
    };
  }
  return null;
}

/** Why a decision could not be taken, or null for any other message. */
export function readProblem(value: unknown): Problem | null {
  const from = fields(value);
  return from['kind'] === 'problem'
    ? { turn: text(from['turn']), call: text(from['call']), message: text(from['message']) }
    : null;
}
