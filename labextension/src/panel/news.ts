/** What the kernel tells of its sessions: any JSON → types, and news added to what was known. Pure. */

import { amount, amountOrNull, fields, flag, just, listOf, shape, text, textOrNull, wordOf } from '../run/fields';
import { RUN_STATUSES } from '../run/words';

export const CONDITIONS = ['idle', 'connecting', 'open', 'closed'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One run. `started` is in milliseconds since the epoch, by the kernel's clock. */
export type Row = ReturnType<typeof readRow>;

const readRow = shape({
  id: text,
  /** The run that it continues, or the id of a response that is no run of the session. */
  parent: textOrNull,
  prompt: text,
  status: wordOf(RUN_STATUSES, 'incomplete'),
  /** The kind of time that a run in progress spends now. */
  doing: text,
  /** The tool that runs now, or nothing. */
  tool: text,
  lane: textOrNull,
  turns: amount,
  calls: amount,
  tokens: amount,
  started: amount,
  duration_ms: amountOrNull,
  /** The notebook's cell that asked. */
  cell: textOrNull,
  /** "asked again", "stale" or nothing. */
  mark: text
});

export type Tool = ReturnType<typeof readTool>;

const readTool = shape({
  name: text,
  description: text,
  calls: amount,
  failed: amount,
  stopped: amount,
  /** Those that await approval. */
  waiting: amount,
  running: amount
});

const readFacts = shape({
  id: text,
  /** The variable that holds it, or nothing. */
  name: text,
  /** A bare `%%responses` cell talks over it. */
  own: flag,
  /** The options with which a %%responses cell asks over it; null where no cell can. */
  address: textOrNull,
  provider: text,
  model: text,
  transport: text,
  note: text,
  condition: wordOf(CONDITIONS, 'idle'),
  /** Why there is no connection, or nothing. */
  failure: text,
  opened: amountOrNull,
  max_age_ms: amountOrNull,
  connections: amount,
  rotations: amount,
  lanes: shape({ used: amount, limit: amount }),
  warms_up: flag,
  totals: shape({
    runs: amount,
    turns: amount,
    calls: amount,
    input_tokens: amount,
    output_tokens: amount,
    sent: amount,
    full_context: amount
  }),
  tools: listOf(readTool)
});

type Facts = ReturnType<typeof readFacts>;

export interface Session extends Facts {
  /** By id, oldest first. */
  readonly runs: ReadonlyMap<string, Row>;
}

/** What is known of one kernel. */
export interface News {
  /** The number of the last message; null before the first. */
  readonly seq: number | null;
  /** The kernel's clock minus the browser's, in milliseconds. */
  readonly offset: number;
  /** By id, oldest first. */
  readonly sessions: ReadonlyMap<string, Session>;
}

/** What is new of a session: its facts, and beside them its runs. */
interface Told {
  readonly session: Facts;
  readonly runs: readonly Row[];
  readonly forgotten: readonly string[];
}

const readRuns = shape({ runs: listOf(readRow), forgotten: listOf(text) });

function readTold(value: unknown): Told {
  return { session: readFacts(value), ...readRuns(value) };
}

export const NO_NEWS: News = { seq: null, offset: 0, sessions: new Map() };

export type Message = ReturnType<(typeof MESSAGES)[keyof typeof MESSAGES]>;

const MESSAGES = {
  sessions: shape({
    kind: just('sessions'),
    seq: amount,
    now: amount,
    whole: flag,
    sessions: listOf(readTold),
    gone: listOf(text)
  }),
  notice: shape({ kind: just('notice'), seq: amount, text }),
  who_is_there: shape({ kind: just('who_is_there'), seq: amount })
};

/** A message of the channel, or null for what is none. */
export function readNews(value: unknown): Message | null {
  const kind = text(fields(value)['kind']);
  return Object.hasOwn(MESSAGES, kind) ? MESSAGES[kind as keyof typeof MESSAGES](value) : null;
}

/** The news with the message taken in; null where a message before it is missing: everything has to be asked for. */
export function takeNews(news: News, message: Message, now: number): News | null {
  const whole = message.kind === 'sessions' && message.whole;
  if (!whole && (news.seq === null || message.seq !== news.seq + 1)) {
    return null;
  }
  if (message.kind !== 'sessions') {
    return { ...news, seq: message.seq };
  }
  const sessions = new Map(whole ? [] : news.sessions);
  for (const id of message.gone) {
    sessions.delete(id);
  }
  for (const told of message.sessions) {
    const runs = new Map(sessions.get(told.session.id)?.runs);
    for (const id of told.forgotten) {
      runs.delete(id);
    }
    for (const row of told.runs) {
      runs.set(row.id, row);
    }
    sessions.set(told.session.id, { ...told.session, runs });
  }
  return { seq: message.seq, offset: message.now - now, sessions };
}

/** Its runs that go on. */
export function running(session: Session): Row[] {
  return [...session.runs.values()].filter(row => row.status === 'in_progress');
}

/** Nothing was asked over it, and nothing is open. */
export function unused(session: Session): boolean {
  return session.runs.size === 0 && (session.condition === 'idle' || session.condition === 'closed');
}

const BEST_FIRST: readonly Condition[] = ['open', 'connecting', 'idle', 'closed'];

/** The session that a status line speaks of: the busiest, then the best connected. */
export function leading(news: News): Session | null {
  const sessions = [...news.sessions.values()];
  const weight = (session: Session): number => running(session).length * 10 - BEST_FIRST.indexOf(session.condition);
  return sessions.sort((one, other) => weight(other) - weight(one))[0] ?? null;
}

/** The news as they stood when the kernel ended, at `now` by the browser's clock. */
export function endedNews(news: News, now: number): News {
  const at = now + news.offset;
  return { ...news, sessions: new Map([...news.sessions].map(([id, session]) => [id, endedSession(session, at)])) };
}

function endedSession(session: Session, at: number): Session {
  return {
    ...session,
    condition: 'closed',
    opened: null,
    lanes: { ...session.lanes, used: 0 },
    tools: session.tools.map(tool => ({ ...tool, running: 0 })),
    runs: new Map([...session.runs].map(([id, row]) => [id, endedRow(row, at)]))
  };
}

function endedRow(row: Row, at: number): Row {
  return row.status === 'in_progress' ? { ...row, status: 'cancelled', duration_ms: Math.max(0, at - row.started) } : row;
}
