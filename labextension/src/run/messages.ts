/** What the kernel and a page say to one another of a run that goes on, or of one that the kernel still knows. */

import { readHead, readRun, readTurn, type Run } from './bundle';
import { amount, fields, just, list, shape, text, type Reader } from './fields';
import type { FrameRow } from './packed';

/** Kernel to page. `seq` starts at 1 and grows by one with every message of either kind. */
export type KernelMessage = Delta | { readonly kind: 'snapshot'; readonly seq: number; readonly now_ms: number; readonly run: Run };

export type Delta = ReturnType<typeof readDelta>;

/** By the places of turns. */
export type Indexed<T> = readonly (readonly [index: number, content: T])[];

const readDelta = shape({
  kind: just('delta'),
  seq: amount,
  now_ms: amount,
  head: readHead,
  /** Text that is added. */
  text: indexed(text),
  reasoning: indexed(text),
  /** Whole turns without their text and reasoning. */
  turns: indexed(readTurn)
});

/** @__NO_SIDE_EFFECTS__ */
function indexed<T>(read: Reader<T>): Reader<Indexed<T>> {
  return value =>
    list(value).flatMap((entry): Indexed<T> => {
      const [index, content] = list(entry);
      return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? [[index, read(content)]] : [];
    });
}

/** The message in `value`, or null for anything this version does not know. */
export function readMessage(value: unknown): KernelMessage | null {
  const from = fields(value);
  if (from['kind'] === 'snapshot') {
    const run = readRun(from['run']);
    return run === null ? null : { kind: 'snapshot', seq: amount(from['seq']), now_ms: amount(from['now_ms']), run };
  }
  return from['kind'] === 'delta' ? readDelta(value) : null;
}

/** Kernel to page, outside of the numbers: a decision about a call could not be taken. */
export type Problem = ReturnType<typeof problemFields>;

const problemFields = shape({ turn: text, call: text, message: text });

/** Why a decision could not be taken, or null for any other message. */
export function readProblem(value: unknown): Problem | null {
  return fields(value)['kind'] === 'problem' ? problemFields(value) : null;
}

const argumentFields = shape({ turn: text, call: text, text });

/** All of a call's arguments, where a message is the answer to who asked for them. */
export function readArguments(value: unknown): ReturnType<typeof argumentFields> | null {
  return fields(value)['kind'] === 'arguments' ? argumentFields(value) : null;
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

/** What is said about a call that waits for approval. `more`: other arguments as JSON, or the reason of a denial. */
export interface Verdict {
  readonly turn: string;
  readonly call: string;
  /** `shown`: the view shows the call with its buttons. */
  readonly verdict: 'shown' | 'approve' | 'deny';
  readonly more: string | null;
}

/** Page to kernel. `ready` asks for a snapshot. */
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
