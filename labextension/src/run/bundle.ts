/**
 * The saved form of a run (`application/vnd.ws-notebook.run.v1+json`), field by field, and what a page says of it.
 *
 * All times are milliseconds from the run's start on one monotonic clock; an end of `null` means "still running".
 * Each field has its reader: unknown fields are dropped, missing or wrong ones get a neutral value.
 */

import {
  amount,
  amountOrNull,
  fields,
  flag,
  just,
  list,
  listOf,
  orNull,
  shape,
  text,
  textOrNull,
  wordOf,
  type Fields
} from './fields';
import { numbers, readFrames, readGrowth, readSpans, type Span } from './packed';
import { CALL_STATUSES, DECISIONS, RUN_STATUSES, STEER_STATUSES } from './words';

export const MIME_TYPE = 'application/vnd.ws-notebook.run.v1+json';

export type Usage = ReturnType<typeof usageFields>;

const usageFields = shape({ input_tokens: amount, cached_tokens: amount, output_tokens: amount, reasoning_tokens: amount });

/** A saved run has them in one text. */
function readUsage(value: unknown): Usage {
  if (typeof value === 'string') {
    const [input_tokens = 0, cached_tokens = 0, output_tokens = 0, reasoning_tokens = 0] = numbers(value);
    return { input_tokens, cached_tokens, output_tokens, reasoning_tokens };
  }
  return usageFields(value);
}

/** What the arguments of a call that waits do not tell whoever decides. */
const askedFields = shape({
  /** Characters of the arguments, of which the call may hold the first only. */
  length: amount,
  /** The first hexadecimal digits of their SHA-256. */
  digest: text,
  /** JSON of what the function gets besides, by name; empty where that is nothing. */
  defaults: text,
  /** Keys that they write more than once. */
  repeated: listOf(text)
});

/** What is known of the approval that a call needs or needed. */
const approvalFields = shape({
  /** Empty while nobody has decided. */
  decision: wordOf(DECISIONS, ''),
  reason: text,
  /** The JSON arguments that it ran with in place of the model's. */
  arguments: textOrNull,
  /** When the default is taken. */
  deadline_ms: amountOrNull,
  default: wordOf(['deny', 'approve'], 'deny'),
  /** It is asked for by the kernel's input(), not by this view. */
  prompted: flag,
  /** Only while it waits. */
  asked: orNull(askedFields)
});

/** How far a running call is, by its own words. */
const progressFields = shape({
  /** From 0 to 1. */
  fraction: readFraction,
  text,
  /** The last value that its generator gave, and how many it gave. */
  partial: textOrNull,
  count: amount
});

function readFraction(value: unknown): number | null {
  const fraction = amountOrNull(value);
  return fraction === null ? null : Math.min(1, fraction);
}

/** A picture that went with the question. */
export type Picture = ReturnType<typeof readPicture>;

const readPicture = shape({
  /** A small copy as a data URL, or null: nothing but a copy that the bundle itself holds is ever shown. */
  url: value => (/^data:image\/(png|jpeg|gif|webp);base64,/.test(text(value)) ? text(value) : null),
  caption: text
});

const wholeAmount = (value: unknown): number => Math.floor(amount(value));

/** The beginning of a table. */
export type TableExhibit = ReturnType<typeof tableFields>;

const tableFields = shape({
  kind: just('table'),
  /** A line for each row, with tabs between the cells, the lines of the head first. */
  cells: text,
  head: wholeAmount,
  /** How many columns are the table's index. */
  index: wholeAmount,
  /** In all; null where they were not counted. */
  rows: amountOrNull,
  columns: wholeAmount
});

/** Characters of a figure's data. */
const LONGEST_FIGURE = 400_000;

const figureFields = shape({
  kind: just('plotly'),
  words: text,
  /** Data and layout as JSON text, or null where it is too long. */
  figure: value => (text(value).length > LONGEST_FIGURE ? null : textOrNull(value))
});

export type Exhibit = TableExhibit | ReturnType<typeof figureFields>;

/** Of one call. */
const MOST_EXHIBITS = 8;

function readExhibit(value: unknown): Exhibit[] {
  switch (fields(value)['kind']) {
    case 'table':
      return [tableFields(value)];
    case 'plotly':
      return [figureFields(value)];
    default:
      return [];
  }
}

/** When a turn or a call began and ended. */
interface Extent {
  readonly start_ms: number;
  readonly end_ms: number | null;
}

/** A saved run leaves them out where its spans say them. */
function readExtent(from: Fields, spans: readonly Span[]): Extent {
  return {
    start_ms: 'start_ms' in from ? amount(from['start_ms']) : (spans[0]?.[1] ?? 0),
    end_ms: 'end_ms' in from ? amountOrNull(from['end_ms']) : (spans.at(-1)?.[2] ?? null)
  };
}

export type Call = ReturnType<typeof callFields> & Extent;

const callFields = shape({
  call_id: text,
  name: text,
  /** JSON text as the model wrote it; incomplete while it streams. */
  arguments: text,
  status: wordOf(CALL_STATUSES, 'unanswered'),
  spans: readSpans,
  output: textOrNull,
  error: textOrNull,
  /** What its reader must know of the output, such as that a secret was taken out; or empty. */
  note: text,
  /** Null where it needs no approval. */
  approval: orNull(approvalFields),
  /** The pictures in the output, small. */
  images: listOf(readPicture),
  /** Tables and figures in its result. */
  exhibits: (value): readonly Exhibit[] => list(value).slice(0, MOST_EXHIBITS).flatMap(readExhibit),
  progress: orNull(progressFields)
});

function readCall(value: unknown): Call {
  const call = callFields(value);
  return { ...call, ...readExtent(fields(value), call.spans) };
}

/** An output item that is neither text, reasoning nor a call of ours: a hosted tool, an image, a refusal, anything new. */
export type Item = ReturnType<typeof itemFields> & {
  /** Data URLs of the pictures that it is, or that it made. */
  readonly images: readonly string[];
};

const itemFields = shape({
  type: value => text(value) || 'unknown item',
  id: text,
  status: text,
  summary: text,
  /** When a call that the provider carries out itself began; null for other items. */
  start_ms: amountOrNull,
  /** When it ended; null while it runs. */
  end_ms: amountOrNull
});

/** Pictures in pixels; an SVG is a document. */
const DATA_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-zA-Z0-9+/=]+$/;

function readItem(value: unknown): Item {
  const from = fields(value);
  const images = [from['image'], ...list(from['images'])].map(text).filter(url => DATA_IMAGE.test(url));
  return { ...itemFields(value), images };
}

/** A fault on demand. */
export type Fault = ReturnType<typeof faultFields>;

const faultFields = shape({
  at_ms: amount,
  /** As it was set. */
  rule: text,
  /** The type of the event that it happened at. */
  event: text
});

/** A place that an answer cites. */
export type Citation = ReturnType<typeof citationFields>;

const citationFields = shape({ title: text, url: text });

export type Turn = ReturnType<typeof turnFields> & Extent;

const turnFields = shape({
  id: text,
  response_id: textOrNull,
  status: wordOf(RUN_STATUSES, 'incomplete'),
  spans: readSpans,
  text,
  reasoning: text,
  /** Empty, or why this turn had to be sent again. */
  recovered: text,
  /** The faults that somebody had set in the embedded server and that happened, oldest first. */
  faults: listOf(faultFields),
  /** When the request will be sent again, while the provider has it wait. */
  retry_at_ms: amountOrNull,
  lane: textOrNull,
  usage: value => (value === undefined || value === null ? null : readUsage(value)),
  bytes_sent: amount,
  bytes_full_context: amount,
  tokens_per_second: amountOrNull,
  error: orNull(shape({ code: textOrNull, message: text })),
  calls: listOf(readCall),
  items: listOf(readItem),
  growth: shape({ text: readGrowth, reasoning: readGrowth }),
  citations: listOf(citationFields)
});

export function readTurn(value: unknown): Turn {
  const turn = turnFields(value);
  return { ...turn, ...readExtent(fields(value), turn.spans) };
}

export type RunError = ReturnType<typeof errorFields>;

const errorFields = shape({ type: value => text(value) || 'Error', code: textOrNull, message: text });

/** Words that were added to a run while it went on. */
export type Steer = ReturnType<typeof steerFields>;

const steerFields = shape({
  text,
  status: wordOf(STEER_STATUSES, 'sent'),
  /** Why they were refused. */
  error: textOrNull
});

/** What of a run a delta may replace. */
const HEAD = {
  status: wordOf(RUN_STATUSES, 'incomplete'),
  /** The run that it continues, or the id of a response that no run of its session made; empty where it starts afresh. */
  parent: text,
  duration_ms: amount,
  usage: readUsage,
  bytes: shape({
    sent: amount,
    received: amount,
    /** What HTTP with the full input in every request would have sent. */
    full_context: amount
  }),
  error: orNull(errorFields),
  /** Empty, or how the run was stopped and what that means for the next one. */
  stopped: text,
  /** Why an incomplete answer is not whole, in the provider's word, or empty. */
  reason: text,
  /** In the order in which they came; a bundle without any leaves this out. */
  steers: listOf(steerFields)
};

type Head = ReturnType<typeof headFields>;

const headFields = shape(HEAD);

export function readHead(value: unknown): Partial<Head> {
  const from = fields(value);
  const keys = Object.keys(HEAD).filter(key => key in from) as (keyof Head)[];
  return Object.fromEntries(keys.map(key => [key, HEAD[key](from[key])]));
}

export type Run = Head & ReturnType<typeof runFields> & { readonly turns: readonly Turn[] };

const runFields = shape({
  version: amount,
  id: text,
  prompt: text,
  /** A stamp of the words of the cell that asked (crc.ts), or empty. */
  source: text,
  images: listOf(readPicture),
  /** What a reader must know of how the question was made, in sentences. */
  notes: (value): readonly string[] => list(value).map(text).filter(note => note !== ''),
  /** What the texts are: "json" where that was asked for, "" for Markdown. */
  format: wordOf(['json', ''], ''),
  session: shape({
    provider: text,
    model: text,
    transport: text,
    note: text,
    /** The base URL, where the provider's name is not enough to ask the same again, or empty. */
    address: text,
    /** The profile that goes with it, or empty. */
    profile: text
  }),
  started: text,
  text,
  /** Empty where the bundle has none. */
  frames: readFrames,
  /** Where the kernel that made it may still be asked about it: the name of its live view, or empty. */
  view: text
});

/** The turn with its text, which a saved run holds once, in its own. */
function withText(turn: Turn, place: unknown, whole: string): Turn {
  const [from, to] = list(place).map(amount);
  return from === undefined || to === undefined ? turn : { ...turn, text: whole.slice(from, to) };
}

/** The run in `value`, or null where that is no bundle at all. */
export function readRun(value: unknown): Run | null {
  const from = fields(value);
  if (!('version' in from)) {
    return null;
  }
  const run = runFields(value);
  return { ...headFields(value), ...run, turns: list(from['turns']).map(turn => withText(readTurn(turn), fields(turn)['text_at'], run.text)) };
}

/** The answer as one Markdown text. */
export function answerOf(run: Run): string {
  const texts = run.turns.map(turn => turn.text).filter(text => text !== '');
  return texts.length > 0 ? texts.join('\n\n') : run.text;
}

export function callsOf(run: Run): readonly Call[] {
  return run.turns.flatMap(turn => turn.calls);
}
