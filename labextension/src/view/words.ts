/** The words the view shows for statuses and kinds of time. */

import type { Call, CallStatus, Decision, Kind, RunStatus, SteerStatus, Turn } from '../run/bundle';
import { __ } from '../texts';
import { visible } from './format';

export const RUN_WORDS: Readonly<Record<RunStatus, string>> = {
  in_progress: 'running',
  completed: 'completed',
  incomplete: 'incomplete',
  failed: 'failed',
  cancelled: 'stopped',
  unanswered: 'unanswered'
};

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  connect: 'connect',
  send: 'send',
  wait: 'wait',
  reasoning: 'reasoning',
  text: 'text',
  queued: 'queued',
  kernel_busy: 'kernel busy',
  approval: 'approval',
  tool: 'tool'
};

/** What a turn does while its last span is of this kind. */
export const TURN_DOING: Readonly<Record<Kind, string>> = {
  connect: 'connecting…',
  send: 'sending…',
  wait: 'waiting…',
  reasoning: 'reasoning…',
  text: 'streaming…',
  queued: 'queued…',
  kernel_busy: 'kernel busy…',
  approval: 'awaiting approval…',
  tool: 'running…'
};

export const CALL_WORDS: Readonly<Record<CallStatus, string>> = {
  streaming: 'being written…',
  queued: 'queued…',
  awaiting_approval: 'awaiting approval…',
  running: 'running…',
  completed: 'completed',
  failed: 'failed',
  timed_out: 'timed out',
  denied: 'denied',
  cancelled: 'cancelled',
  unanswered: 'unanswered',
  late: 'finished too late'
};

/** How a call that was made had come through its approval. */
export const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  '': 'approved',
  approved: 'approved',
  edited: 'approved with other arguments',
  denied: 'denied',
  timeout: 'run without a decision',
  unattended: 'run unasked',
  allowed: 'allowed'
};

export const STEER_WORDS: Readonly<Record<SteerStatus, string>> = {
  queued: 'waits for the next request',
  sent: 'sent',
  accepted: 'accepted',
  pending: 'waits for tools',
  applied: 'applied',
  failed: 'not applied'
};

/** Why a request was sent again, and codes of errors; what is not here is said in the words that its code is made of. */
const CODE_WORDS: Readonly<Record<string, string>> = {
  connection_lost: 'the connection was lost',
  connection_age: 'the connection was old and was renewed',
  websocket_connection_limit_reached: 'the connection had reached its age limit',
  previous_response_not_found: 'the provider no longer had the history',
  rate_limit_exceeded: 'rate limit',
  server_unavailable: 'the server was not available',
  message_too_large: 'too large for the connection, so it went over HTTP',
  reasoning_not_encrypted: 'the model gives no encrypted reasoning',
  reasoning_dropped: 'the provider could not read the reasoning, which was left out',
  max_output_tokens: 'the limit of output tokens was reached',
  content_filter: "the provider's content filter stopped it",
  server_error: 'an error of the server'
};

/** A code of the protocol as people say it: "connection_lost" is "the connection was lost". */
export function codeWords(code: string): string {
  return Object.hasOwn(CODE_WORDS, code) ? __(CODE_WORDS[code] ?? '') : visible(code.replaceAll('_', ' '));
}

/** Statuses of calls that went wrong, as far as the model is concerned. */
export const BAD_CALLS: ReadonlySet<CallStatus> = new Set(['failed', 'timed_out']);

export function statusWord(source: Turn | Call): string {
  return __('call_id' in source ? CALL_WORDS[source.status].replace('…', '') : RUN_WORDS[source.status]);
}
