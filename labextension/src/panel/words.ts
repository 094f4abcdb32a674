/** The words of the panel, the badges and the status bar. Pure. */

import type { Texts } from '../texts';
import { seconds } from '../view/format';
import { RUN_WORDS } from '../view/words';
import type { Row, Session } from './news';

export function conditionWords(texts: Texts, session: Session): string {
  switch (session.condition) {
    case 'open':
      return texts.__('connected');
    case 'connecting':
      return texts.__('connecting…');
    case 'idle':
      if (session.connections === 0) {
        return session.failure === '' ? texts.__('not connected yet') : texts.__('could not connect');
      }
      return texts.__('no connection now');
    case 'closed':
      return texts.__('closed');
  }
}

/** What a session is called: its variable, the magic that owns it, or nothing. */
export function nameOf(session: Session): string {
  return session.name !== '' ? session.name : session.own ? '%%responses' : '';
}

export function statusWords(texts: Texts, row: Row): string {
  switch (row.status) {
    case 'in_progress':
      return doingWords(texts, row);
    case 'completed':
      return texts.__('done in %1', timeOf(row, 0));
    default:
      return texts.__(RUN_WORDS[row.status]);
  }
}

export function doingWords(texts: Texts, row: Row): string {
  switch (row.doing) {
    case 'connect':
      return texts.__('connecting…');
    case 'reasoning':
      return texts.__('reasoning…');
    case 'text':
      return texts.__('streaming…');
    case 'queued':
      return texts.__('queued…');
    case 'approval':
      return texts.__('awaiting approval…');
    case 'tool':
      return row.tool === '' ? texts.__('tools…') : `${row.tool}…`;
    default:
      return texts.__('waiting…');
  }
}

export function markWords(texts: Texts, mark: string): string {
  return mark === 'stale' ? texts.__('stale') : mark === 'asked again' ? texts.__('asked again') : mark;
}

/** `now` counts for a run in progress. */
export function timeOf(row: Row, now: number): string {
  return seconds(row.duration_ms ?? Math.max(0, now - row.started));
}

/** An age: whole seconds in the first minute, then minutes. */
export function roughly(texts: Texts, ms: number): string {
  return ms < 60_000 ? texts.__('%1 s', Math.floor(ms / 1000)) : texts.__('%1 min', Math.floor(ms / 60_000));
}
