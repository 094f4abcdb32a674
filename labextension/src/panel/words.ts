/** The words of the panel, the badges and the status bar. Pure. */

import { __ } from '../texts';
import { seconds } from '../view/format';
import { RUN_WORDS } from '../view/words';
import type { Row, Session } from './news';

export function conditionWords(session: Session): string {
  switch (session.condition) {
    case 'open':
      return __('connected');
    case 'connecting':
      return __('connecting…');
    case 'idle':
      if (session.connections === 0) {
        return session.failure === '' ? __('not connected yet') : __('could not connect');
      }
      return __('no connection now');
    case 'closed':
      return __('closed');
  }
}

/** What a session is called: its variable, the magic that owns it, or nothing. */
export function nameOf(session: Session): string {
  return session.name !== '' ? session.name : session.own ? '%%responses' : '';
}

export function statusWords(row: Row): string {
  switch (row.status) {
    case 'in_progress':
      return doingWords(row);
    case 'completed':
      return __('done in %1', timeOf(row, 0));
    default:
      return __(RUN_WORDS[row.status]);
  }
}

export function doingWords(row: Row): string {
  switch (row.doing) {
    case 'connect':
      return __('connecting…');
    case 'reasoning':
      return __('reasoning…');
    case 'text':
      return __('streaming…');
    case 'queued':
      return __('queued…');
    case 'approval':
      return __('awaiting approval…');
    case 'tool':
      return row.tool === '' ? __('tools…') : `${row.tool}…`;
    default:
      return __('waiting…');
  }
}

export function markWords(mark: string): string {
  return mark === 'stale' ? __('stale') : mark === 'asked again' ? __('asked again') : mark;
}

/** `now` counts for a run in progress. */
export function timeOf(row: Row, now: number): string {
  return seconds(row.duration_ms ?? Math.max(0, now - row.started));
}

/** An age: whole seconds in the first minute, then minutes. */
export function roughly(ms: number): string {
  return ms < 60_000 ? __('%1 s', Math.floor(ms / 1000)) : __('%1 min', Math.floor(ms / 60_000));
}
