/** A finished run as it stood at an earlier moment. Pure. */

import type { Call, Item, Run, Turn } from './bundle';
import type { Growth, Span } from './packed';
import type { CallStatus } from './words';

/** The run at `ms`. At its end, or later, it is the run itself. */
export function runAt(run: Run, ms: number): Run {
  if (ms >= run.duration_ms) {
    return run;
  }
  const turns = run.turns.filter((turn, index) => index === 0 || turn.start_ms <= ms).map(turn => turnAt(turn, ms));
  return { ...run, status: 'in_progress', turns, text: '', error: null, stopped: '', reason: '', duration_ms: ms, ...totalsOf(turns, run) };
}

/** All turns and calls of the run as they stood at `ms`, those that had not begun with no time spent. */
export function momentsOf(run: Run, ms: number): Run {
  const turns = run.turns.map(turn => ({
    ...turnAt(turn, ms),
    calls: turn.calls.map(call => callAt(call, ms)),
    items: turn.items.map(item => itemAt(item, ms))
  }));
  return { ...run, status: 'in_progress', turns, duration_ms: ms };
}

function itemAt(item: Item, ms: number): Item {
  const runs = item.start_ms !== null && item.end_ms !== null && item.end_ms > ms;
  return runs ? { ...item, status: 'in_progress', end_ms: null } : item;
}

function totalsOf(turns: readonly Turn[], run: Run): Pick<Run, 'usage' | 'bytes'> {
  const usage = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, reasoning_tokens: 0 };
  const bytes = { sent: 0, received: 0, full_context: 0 };
  for (const turn of turns) {
    bytes.sent += turn.bytes_sent;
    bytes.full_context += turn.bytes_full_context;
    usage.input_tokens += turn.usage?.input_tokens ?? 0;
    usage.cached_tokens += turn.usage?.cached_tokens ?? 0;
    usage.output_tokens += turn.usage?.output_tokens ?? 0;
    usage.reasoning_tokens += turn.usage?.reasoning_tokens ?? 0;
  }
  return { usage, bytes: { ...bytes, received: run.bytes.received } };
}

function turnAt(turn: Turn, ms: number): Turn {
  const ended = turn.end_ms !== null && turn.end_ms <= ms;
  const calls = turn.calls.filter(call => call.start_ms <= ms).map(call => callAt(call, ms));
  return {
    ...turn,
    calls,
    spans: spansAt(turn.spans, ms),
    faults: turn.faults.filter(({ at_ms }) => at_ms <= ms),
    ...(sentAt(turn) <= ms ? {} : { bytes_sent: 0, bytes_full_context: 0 }),
    text: grown(turn.text, turn.growth.text, ms, ended),
    reasoning: grown(turn.reasoning, turn.growth.reasoning, ms, ended),
    ...(ended
      ? {}
      : { status: 'in_progress' as const, end_ms: null, usage: null, tokens_per_second: null, error: null, items: [], citations: [] })
  };
}

/** When all of the request was on its way. */
function sentAt({ spans, start_ms }: Turn): number {
  const [, from, to] = spans.find(([kind]) => kind === 'send') ?? ['send', start_ms, start_ms];
  return to ?? from;
}

function callAt(call: Call, ms: number): Call {
  if (call.end_ms !== null && call.end_ms <= ms) {
    return call;
  }
  const spans = spansAt(call.spans, ms);
  const doing = spans.at(-1)?.[0];
  const status: CallStatus = doing === 'tool' ? 'running' : doing === 'approval' ? 'awaiting_approval' : 'queued';
  return { ...call, spans, status, end_ms: null, output: null, error: null, note: '', images: [], exhibits: [], progress: null };
}

function spansAt(spans: readonly Span[], ms: number): Span[] {
  return spans
    .filter(([, start]) => start <= ms)
    .map(([kind, start, end]): Span => [kind, start, end !== null && end <= ms ? end : null]);
}

/** As much of the text as had come; one of which nothing is known comes at the end of its turn. */
function grown(text: string, { at_ms, length }: Growth, ms: number, ended: boolean): string {
  if (ended) {
    return text;
  }
  let index = at_ms.length - 1;
  while (index >= 0 && (at_ms[index] ?? 0) > ms) {
    index -= 1;
  }
  const end = length[index] ?? 0;
  // A pair of units that makes one character stays together.
  const high = text.charCodeAt(end - 1);
  return text.slice(0, high >= 0xd800 && high < 0xdc00 ? end - 1 : end);
}
