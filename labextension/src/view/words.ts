/** The words the view shows for statuses and kinds of time. */

import { bad_calls, calls, runs } from '../../../ws_notebook/render/words.json';
import type { Call, Turn } from '../run/bundle';
import { __ } from '../texts';
import { visible } from './format';

export {
  calls as CALL_WORDS,
  decisions as DECISION_WORDS,
  doing as TURN_DOING,
  kinds as KIND_WORDS,
  runs as RUN_WORDS,
  steers as STEER_WORDS
} from '../../../ws_notebook/render/words.json';

/** Why a request was sent again, and codes of errors; what is not here is said in the words that its code is made of. */
const CODE_WORDS: Readonly<Record<string, string>> = {
  connection_lost: 'the connection was lost',
  connection_age: 'the connection was old and was renewed',
  history_lost: 'the provider had lost it, without saying so',
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
export const BAD_CALLS: ReadonlySet<string> = new Set(bad_calls);

export function statusWord(source: Turn | Call): string {
  return __('call_id' in source ? calls[source.status].replace('…', '') : runs[source.status]);
}
