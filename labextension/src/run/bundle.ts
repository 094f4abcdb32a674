/**
 * The saved form of a run (`application/vnd.ws-notebook.run.v1+json`) and the messages of the live widget.
 *
 * All times are milliseconds from the run's start on one monotonic clock; an end of `null` means "still running".
 * Whoever reads a bundle goes through `readRun` and `readTurn` (read.ts), which drop unknown fields and repair wrong ones.
 */

import { calls, decisions, kinds, runs, steers } from '../../../ws_notebook/render/words.json';

export const MIME_TYPE = 'application/vnd.ws-notebook.run.v1+json';

// Pure: a script leaves out what it does not use of these.

export type Kind = keyof typeof kinds;
/** The kinds of time, in the order of the legend. */
export const KINDS = /* @__PURE__ */ Object.keys(kinds) as readonly Kind[];

export type RunStatus = keyof typeof runs;
export const RUN_STATUSES = /* @__PURE__ */ Object.keys(runs) as readonly RunStatus[];

export type CallStatus = keyof typeof calls;
export const CALL_STATUSES = /* @__PURE__ */ Object.keys(calls) as readonly CallStatus[];

export type SteerStatus = keyof typeof steers;
export const STEER_STATUSES = /* @__PURE__ */ Object.keys(steers) as readonly SteerStatus[];

export type Decision = keyof typeof decisions;
export const DECISIONS = /* @__PURE__ */ Object.keys(decisions) as readonly Decision[];

/** A stretch of one kind of time: kind, start, end. */
export type Span = readonly [kind: Kind, start: number, end: number | null];

export interface Usage {
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
}

/** What the arguments of a call that waits do not tell whoever decides. */
export interface Asked {
  /** Characters of the arguments, of which the call may hold the first only. */
  readonly length: number;
  /** The first hexadecimal digits of their SHA-256. */
  readonly digest: string;
  /** JSON of what the function gets besides, by name; empty where that is nothing. */
  readonly defaults: string;
  /** Keys that they write more than once. */
  readonly repeated: readonly string[];
}

/** What is known of the approval that a call needs or needed. */
export interface Approval {
  /** Empty while nobody has decided. */
  readonly decision: Decision;
  readonly reason: string;
  /** The JSON arguments that it ran with in place of the model's. */
  readonly arguments: string | null;
  /** When the default is taken. */
  readonly deadline_ms: number | null;
  readonly default: 'deny' | 'approve';
  /** It is asked for by the kernel's input(), not by this view. */
  readonly prompted: boolean;
  /** Only while it waits. */
  readonly asked: Asked | null;
}

/** How far a running call is, by its own words. */
export interface Progress {
  /** From 0 to 1. */
  readonly fraction: number | null;
  readonly text: string;
  /** The last value that its generator gave, and how many it gave. */
  readonly partial: string | null;
  readonly count: number;
}

/** The beginning of a table. */
export interface TableExhibit {
  readonly kind: 'table';
  /** A line for each row, with tabs between the cells, the lines of the head first. */
  readonly cells: string;
  readonly head: number;
  /** How many columns are the table's index. */
  readonly index: number;
  /** In all; null where they were not counted. */
  readonly rows: number | null;
  readonly columns: number;
}

export type Exhibit =
  | TableExhibit
  /** `figure`: data and layout as JSON text, or null where it is too long. */
  | { readonly kind: 'plotly'; readonly words: string; readonly figure: string | null };

export interface Call {
  readonly call_id: string;
  readonly name: string;
  /** JSON text as the model wrote it; incomplete while it streams. */
  readonly arguments: string;
  readonly status: CallStatus;
  readonly start_ms: number;
  readonly end_ms: number | null;
  readonly spans: readonly Span[];
  readonly output: string | null;
  readonly error: string | null;
  /** What its reader must know of the output, such as that a secret was taken out; or empty. */
  readonly note: string;
  /** The pictures in the output, small. */
  readonly images: readonly Picture[];
  /** Tables and figures in its result. */
  readonly exhibits: readonly Exhibit[];
  /** Null where it needs no approval. */
  readonly approval: Approval | null;
  readonly progress: Progress | null;
}

/** An output item that is neither text, reasoning nor a call of ours: a hosted tool, an image, a refusal, anything new. */
export interface Item {
  readonly type: string;
  readonly id: string;
  readonly status: string;
  readonly summary: string;
  /** Data URLs of the pictures that it is, or that it made. */
  readonly images: readonly string[];
  /** When a call that the provider carries out itself began; null for other items. */
  readonly start_ms: number | null;
  /** When it ended; null while it runs. */
  readonly end_ms: number | null;
}

/** Frames of one direction and type that came behind one another; of a list of single frames: one. */
export interface FrameRow {
  /** The turn's place. */
  readonly turn: number;
  readonly sent: boolean;
  readonly type: string;
  readonly count: number;
  readonly at_ms: number;
  readonly lasted_ms: number;
  readonly bytes: number;
  /** By which the kernel is asked for it; null where it is no single frame. */
  readonly index: number | null;
}

/** When text came: the moment of each piece and how long the text was then, both growing. */
export interface Growth {
  readonly at_ms: readonly number[];
  readonly length: readonly number[];
}

/** A place that an answer cites. */
export interface Citation {
  readonly title: string;
  readonly url: string;
}

/** A fault on demand. */
export interface Fault {
  readonly at_ms: number;
  /** As it was set. */
  readonly rule: string;
  /** The type of the event that it happened at. */
  readonly event: string;
}

export interface Turn {
  readonly growth: { readonly text: Growth; readonly reasoning: Growth };
  readonly citations: readonly Citation[];
  readonly id: string;
  readonly response_id: string | null;
  readonly status: RunStatus;
  readonly start_ms: number;
  readonly end_ms: number | null;
  readonly spans: readonly Span[];
  readonly text: string;
  readonly reasoning: string;
  /** Empty, or why this turn had to be sent again. */
  readonly recovered: string;
  /** The faults that somebody had set in the embedded server and that happened, oldest first. */
  readonly faults: readonly Fault[];
  /** When the request will be sent again, while the provider has it wait. */
  readonly retry_at_ms: number | null;
  readonly lane: string | null;
  readonly usage: Usage | null;
  readonly bytes_sent: number;
  readonly bytes_full_context: number;
  readonly tokens_per_second: number | null;
  readonly error: { readonly code: string | null; readonly message: string } | null;
  readonly calls: readonly Call[];
  readonly items: readonly Item[];
}

export interface SessionFacts {
  readonly provider: string;
  readonly model: string;
  readonly transport: string;
  readonly note: string;
  /** The base URL, where the provider's name is not enough to ask the same again, or empty. */
  readonly address: string;
  /** The profile that goes with it, or empty. */
  readonly profile: string;
}

export interface RunError {
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
}

/** Words that were added to a run while it went on. */
export interface Steer {
  readonly text: string;
  readonly status: SteerStatus;
  /** Why they were refused. */
  readonly error: string | null;
}

/** What of a run a delta may replace. */
export interface Head {
  readonly status: RunStatus;
  /** The run that it continues, or the id of a response that no run of its session made; empty where it starts afresh. */
  readonly parent: string;
  readonly duration_ms: number;
  readonly usage: Usage;
  readonly bytes: {
    readonly sent: number;
    readonly received: number;
    /** What HTTP with the full input in every request would have sent. */
    readonly full_context: number;
  };
  readonly error: RunError | null;
  /** Empty, or how the run was stopped and what that means for the next one. */
  readonly stopped: string;
  /** Why an incomplete answer is not whole, in the provider's word, or empty. */
  readonly reason: string;
  /** In the order in which they came; a bundle without any leaves this out. */
  readonly steers: readonly Steer[];
}

/** A picture that went with the question. */
export interface Picture {
  /** A small copy as a data URL, or null. */
  readonly url: string | null;
  readonly caption: string;
}

export interface Run extends Head {
  readonly version: number;
  readonly id: string;
  readonly prompt: string;
  /** A stamp of the words of the cell that asked (crc.ts), or empty. */
  readonly source: string;
  readonly images: readonly Picture[];
  /** What a reader must know of how the question was made, in sentences. */
  readonly notes: readonly string[];
  /** What the texts are: "json" where that was asked for, "" for Markdown. */
  readonly format: 'json' | '';
  readonly session: SessionFacts;
  readonly started: string;
  readonly text: string;
  readonly turns: readonly Turn[];
  /** Empty where the bundle has none. */
  readonly frames: readonly FrameRow[];
  /** Where the kernel that made it may still be asked about it: the name of its live view, or empty. */
  readonly view: string;
}

/** Kernel to browser. `seq` starts at 1 and grows by one with every message of either kind. */
export type KernelMessage =
  | { readonly kind: 'snapshot'; readonly seq: number; readonly now_ms: number; readonly run: Run }
  | {
      readonly kind: 'delta';
      readonly seq: number;
      readonly now_ms: number;
      readonly head: Partial<Head>;
      readonly text: readonly Appended[];
      readonly reasoning: readonly Appended[];
      /** Whole turns without their text and reasoning. */
      readonly turns: readonly (readonly [index: number, turn: Turn])[];
    };

export type Appended = readonly [turn: number, text: string];

/** Kernel to browser, outside of the numbers: a decision about a call could not be taken. */
export interface Problem {
  readonly turn: string;
  readonly call: string;
  readonly message: string;
}

/** What is said about a call that waits for approval. `more`: other arguments as JSON, or the reason of a denial. */
export interface Verdict {
  readonly turn: string;
  readonly call: string;
  /** `shown`: the view shows the call with its buttons. */
  readonly verdict: 'shown' | 'approve' | 'deny';
  readonly more: string | null;
}

/** Browser to kernel. `ready` asks for a snapshot. */
export type BrowserMessage =
  | { readonly kind: 'ready' }
  /** Asks for what the notebook is to hold of an ended run. */
  | { readonly kind: 'forms' }
  /** Tells that the notebook holds it. */
  | { readonly kind: 'kept' }
  /** Ask for the list of single frames, and for one of them as text. */
  | { readonly kind: 'frames' }
  | { readonly kind: 'frame'; readonly index: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'steer'; readonly text: string }
  | ({ readonly kind: 'decide' } & Verdict)
  /** Asks for all of a call's arguments, to be read before it is approved. */
  | { readonly kind: 'arguments'; readonly turn: string; readonly call: string };

/** The answer as one Markdown text. */
export function answerOf(run: Run): string {
  const texts = run.turns.map(turn => turn.text).filter(text => text !== '');
  return texts.length > 0 ? texts.join('\n\n') : run.text;
}

export function callsOf(run: Run): readonly Call[] {
  return run.turns.flatMap(turn => turn.calls);
}
