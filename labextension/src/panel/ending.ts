/** What a panel shows of sessions whose kernel has ended: what was known, at rest. Pure. */

import type { News, Row, Session } from './news';

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
