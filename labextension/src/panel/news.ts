/** What the kernel tells of its sessions: any JSON → types, and news added to what was known. Pure. */

import { RUN_STATUSES, type RunStatus } from '../run/bundle';
import { amount, amountOrNull, fields, flag, listOf, shape, text, textOrNull, wordOf } from '../run/fields';

export const CONDITIONS = ['idle', 'connecting', 'open', 'closed'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One run. `started` is in milliseconds since the epoch, by the kernel's clock. */
export interface Row {
  readonly id: string;
  /** The run that it continues, or the id of a response that is no run of the session. */
  readonly parent: string | null;
  readonly prompt: string;
  readonly status: RunStatus;
  /** The kind of time that a run in progress spends now. */
  readonly doing: string;
  /** The tool that runs now, or nothing. */
  readonly tool: string;
  readonly lane: string | null;
  readonly turns: number;
  readonly calls: number;
  readonly tokens: number;
  readonly started: number;
  readonly duration_ms: number | null;
  /** The notebook's cell that asked. */
  readonly cell: string | null;
  /** "asked again", "stale" or nothing. */
  readonly mark: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly calls: number;
  readonly failed: number;
  readonly stopped: number;
  /** Those that await approval. */
  readonly waiting: number;
  readonly running: number;
}

export interface Totals {
  readonly runs: number;
  readonly turns: number;
  readonly calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly sent: number;
  readonly full_context: number;
}

export interface Session {
  readonly id: string;
  /** The variable that holds it, or nothing. */
  readonly name: string;
  /** A bare `%%responses` cell talks over it. */
  readonly own: boolean;
  /** The options with which a %%responses cell asks over it; null where no cell can. */
  readonly address: string | null;
  readonly provider: string;
  readonly model: string;
  readonly transport: string;
  readonly note: string;
  readonly condition: Condition;
  /** Why there is no connection, or nothing. */
  readonly failure: string;
  readonly opened: number | null;
  readonly max_age_ms: number | null;
  readonly connections: number;
  readonly rotations: number;
  readonly lanes: { readonly used: number; readonly limit: number };
  readonly warms_up: boolean;
  readonly totals: Totals;
  readonly tools: readonly Tool[];
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

export const NO_NEWS: News = { seq: null, offset: 0, sessions: new Map() };

interface Told {
  readonly session: Omit<Session, 'runs'>;
  readonly runs: readonly Row[];
  readonly forgotten: readonly string[];
}

export type Message =
  | {
      readonly kind: 'sessions';
      readonly seq: number;
      readonly now: number;
      readonly whole: boolean;
      readonly sessions: readonly Told[];
      readonly gone: readonly string[];
    }
  | { readonly kind: 'notice'; readonly seq: number; readonly text: string }
  | { readonly kind: 'who_is_there'; readonly seq: number };

/** A message of the channel, or null for what is none. */
export function readNews(value: unknown): Message | null {
  const from = fields(value);
  const seq = amount(from['seq']);
  switch (from['kind']) {
    case 'sessions':
      return {
        kind: 'sessions',
        seq,
        now: amount(from['now']),
        whole: flag(from['whole']),
        sessions: listOf(readTold)(from['sessions']),
        gone: readTexts(from['gone'])
      };
    case 'notice':
      return { kind: 'notice', seq, text: text(from['text']) };
    case 'who_is_there':
      return { kind: 'who_is_there', seq };
    default:
      return null;
  }
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

const readTexts = listOf(text);

const readTotals = shape<Totals>({
  runs: amount,
  turns: amount,
  calls: amount,
  input_tokens: amount,
  output_tokens: amount,
  sent: amount,
  full_context: amount
});

const readTool = shape<Tool>({
  name: text,
  description: text,
  calls: amount,
  failed: amount,
  stopped: amount,
  waiting: amount,
  running: amount
});

const readRow = shape<Row>({
  id: text,
  parent: textOrNull,
  prompt: text,
  status: wordOf(RUN_STATUSES, 'incomplete'),
  doing: text,
  tool: text,
  lane: textOrNull,
  turns: amount,
  calls: amount,
  tokens: amount,
  started: amount,
  duration_ms: amountOrNull,
  cell: textOrNull,
  mark: text
});

const readSession = shape<Told['session']>({
  id: text,
  name: text,
  own: flag,
  address: textOrNull,
  provider: text,
  model: text,
  transport: text,
  note: text,
  condition: wordOf(CONDITIONS, 'idle'),
  failure: text,
  opened: amountOrNull,
  max_age_ms: amountOrNull,
  connections: amount,
  rotations: amount,
  lanes: shape<Session['lanes']>({ used: amount, limit: amount }),
  warms_up: flag,
  totals: readTotals,
  tools: listOf(readTool)
});

const readRows = shape<Omit<Told, 'session'>>({ runs: listOf(readRow), forgotten: readTexts });

/** A session's facts, and beside them its runs. */
function readTold(value: unknown): Told {
  return { session: readSession(value), ...readRows(value) };
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
