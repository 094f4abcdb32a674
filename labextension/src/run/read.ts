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
  type Exhibit,
  type Fault,
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
  type SessionFacts,
  type Span,
  type Steer,
  type Turn,
  type Usage
} from './bundle';
import {
  amount,
  amountOrNull,
  fields,
  flag,
  isFields,
  list,
  listOf,
  orNull,
  shape,
  text,
  textOrNull,
  wordOf,
  type Fields,
  type Reader
} from './fields';

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

const usageFields = shape<Usage>({ input_tokens: amount, cached_tokens: amount, output_tokens: amount, reasoning_tokens: amount });

function readUsage(value: unknown): Usage {
  if (typeof value === 'string') {
    const [input_tokens = 0, cached_tokens = 0, output_tokens = 0, reasoning_tokens = 0] = numbers(value);
    return { input_tokens, cached_tokens, output_tokens, reasoning_tokens };
  }
  return usageFields(value);
}

const readError = orNull(
  shape<RunError>({ type: value => text(value) || 'Error', code: textOrNull, message: text })
);

/** Start and end of a turn or a call; a saved run leaves them out where its spans say them. */
function readExtent(from: Fields, spans: readonly Span[]): { start_ms: number; end_ms: number | null } {
  return {
    start_ms: 'start_ms' in from ? amount(from['start_ms']) : (spans[0]?.[1] ?? 0),
    end_ms: 'end_ms' in from ? amountOrNull(from['end_ms']) : (spans.at(-1)?.[2] ?? null)
  };
}

const readAsked = orNull(
  shape<Asked>({ length: amount, digest: text, defaults: text, repeated: listOf(text) })
);

const readApproval = orNull(
  shape<Approval>({
    decision: wordOf(DECISIONS, ''),
    reason: text,
    arguments: textOrNull,
    deadline_ms: amountOrNull,
    default: wordOf(['deny', 'approve'], 'deny'),
    prompted: flag,
    asked: readAsked
  })
);

function readFraction(value: unknown): number | null {
  const fraction = amountOrNull(value);
  return fraction === null ? null : Math.min(1, fraction);
}

const readProgress = orNull(
  shape<Progress>({ fraction: readFraction, text, partial: textOrNull, count: amount })
);

/** Nothing but a copy that the bundle itself holds is ever shown: no address is fetched. */
const readPicture = shape<Picture>({
  url: value => (/^data:image\/(png|jpeg|gif|webp);base64,/.test(text(value)) ? text(value) : null),
  caption: text
});

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

const callFields = shape<Omit<Call, 'start_ms' | 'end_ms'>>({
  call_id: text,
  name: text,
  arguments: text,
  status: wordOf(CALL_STATUSES, 'unanswered'),
  spans: readSpans,
  output: textOrNull,
  error: textOrNull,
  note: text,
  approval: readApproval,
  images: listOf(readPicture),
  exhibits: value => list(value).slice(0, MOST_EXHIBITS).flatMap(readExhibit),
  progress: readProgress
});

function readCall(value: unknown): Call {
  const call = callFields(value);
  return { ...call, ...readExtent(fields(value), call.spans) };
}

/** All of a call's arguments, where a message is the answer to who asked for them. */
export function readArguments(value: unknown): { turn: string; call: string; text: string } | null {
  const from = fields(value);
  return from['kind'] === 'arguments' ? { turn: text(from['turn']), call: text(from['call']), text: text(from['text']) } : null;
}

/** Pictures in pixels; an SVG is a document. */
const DATA_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-zA-Z0-9+/=]+$/;

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

const itemFields = shape<Omit<Item, 'images'>>({
  type: value => text(value) || 'unknown item',
  id: text,
  status: text,
  summary: text,
  start_ms: amountOrNull,
  end_ms: amountOrNull
});

function readItem(value: unknown): Item {
  const from = fields(value);
  const images = [from['image'], ...list(from['images'])].map(text).filter(url => DATA_IMAGE.test(url));
  return { ...itemFields(value), images };
}

const turnFields = shape<Omit<Turn, 'start_ms' | 'end_ms'>>({
  id: text,
  response_id: textOrNull,
  status: wordOf(RUN_STATUSES, 'incomplete'),
  spans: readSpans,
  text,
  reasoning: text,
  recovered: text,
  faults: listOf(shape<Fault>({ at_ms: amount, rule: text, event: text })),
  retry_at_ms: amountOrNull,
  lane: textOrNull,
  usage: value => (value === undefined || value === null ? null : readUsage(value)),
  bytes_sent: amount,
  bytes_full_context: amount,
  tokens_per_second: amountOrNull,
  error: orNull(shape<NonNullable<Turn['error']>>({ code: textOrNull, message: text })),
  calls: listOf(readCall),
  items: listOf(readItem),
  growth: shape<Turn['growth']>({ text: readGrowth, reasoning: readGrowth }),
  citations: listOf(shape({ title: text, url: text }))
});

export function readTurn(value: unknown): Turn {
  const turn = turnFields(value);
  return { ...turn, ...readExtent(fields(value), turn.spans) };
}

const HEAD_READERS: { readonly [K in keyof Head]: Reader<Head[K]> } = {
  status: wordOf(RUN_STATUSES, 'incomplete'),
  parent: text,
  duration_ms: amount,
  usage: readUsage,
  bytes: shape<Head['bytes']>({ sent: amount, received: amount, full_context: amount }),
  error: readError,
  stopped: text,
  reason: text,
  steers: listOf(shape<Steer>({ text, status: wordOf(STEER_STATUSES, 'sent'), error: textOrNull }))
};

function readHead(value: unknown): Partial<Head> {
  const from = fields(value);
  const keys = Object.keys(HEAD_READERS).filter(key => key in from) as (keyof Head)[];
  return Object.fromEntries(keys.map(key => [key, HEAD_READERS[key](from[key])]));
}

/** The turn with its text, which a saved run holds once, in its own. */
function withText(turn: Turn, place: unknown, whole: string): Turn {
  const [from, to] = list(place).map(amount);
  return from === undefined || to === undefined ? turn : { ...turn, text: whole.slice(from, to) };
}

const runFields = shape<Omit<Run, 'turns'>>({
  ...HEAD_READERS,
  version: amount,
  id: text,
  prompt: text,
  source: text,
  images: listOf(readPicture),
  notes: value => list(value).map(text).filter(note => note !== ''),
  format: wordOf(['json', ''], ''),
  session: shape<SessionFacts>({ provider: text, model: text, transport: text, note: text, address: text, profile: text }),
  started: text,
  text,
  frames: readFrames,
  view: text
});

/** The run in `value`, or null where that is no bundle at all. */
export function readRun(value: unknown): Run | null {
  if (!isFields(value) || !('version' in value)) {
    return null;
  }
  const run = runFields(value);
  return { ...run, turns: list(value['turns']).map(turn => withText(readTurn(turn), fields(turn)['text_at'], run.text)) };
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

const readAbout = shape<Problem>({ turn: text, call: text, message: text });

/** Why a decision could not be taken, or null for any other message. */
export function readProblem(value: unknown): Problem | null {
  return fields(value)['kind'] === 'problem' ? readAbout(value) : null;
}
