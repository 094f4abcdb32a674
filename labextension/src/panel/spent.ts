/** The tokens of today, over all kernels that this browser has watched; kept over reloads and kernels that have ended. */

import { amount, fields } from '../run/fields';
import { keep, kept, type Store } from '../view/store';
import type { News } from './news';

/** By kernel, session and run: "kernel/s1" → "r7" → tokens. */
type Spent = Record<string, Record<string, number>>;

const KEY = 'ws-notebook:tokens';

export class TokensToday {
  private day = '';
  private spent: Spent = {};
  private sum = 0;

  constructor(private readonly store: Store | null) {}

  /** Take note of what a kernel tells. `now` is the browser's time in milliseconds since the epoch. */
  note(kernel: string, news: News, now: number): void {
    this.open(dayOf(now));
    let changed = false;
    for (const session of news.sessions.values()) {
      const key = `${kernel}/${session.id}`;
      for (const row of session.runs.values()) {
        if (row.tokens > 0 && dayOf(row.started - news.offset) === this.day && this.spent[key]?.[row.id] !== row.tokens) {
          (this.spent[key] ??= {})[row.id] = row.tokens;
          changed = true;
        }
      }
    }
    if (changed) {
      this.count();
      keep(this.store, KEY, { day: this.day, spent: this.spent });
    }
  }

  total(now: number): number {
    this.open(dayOf(now));
    return this.sum;
  }

  private open(day: string): void {
    if (day === this.day) {
      return;
    }
    this.day = day;
    this.spent = {};
    const saved = kept(this.store, KEY);
    if (saved['day'] === day) {
      for (const [session, runs] of Object.entries(fields(saved['spent']))) {
        this.spent[session] = Object.fromEntries(
          Object.entries(fields(runs)).map(([run, tokens]) => [run, amount(tokens)])
        );
      }
    }
    this.count();
  }

  private count(): void {
    this.sum = Object.values(this.spent).reduce(
      (sum, runs) => Object.values(runs).reduce((part, tokens) => part + tokens, sum),
      0
    );
  }
}

/** The local day of a moment. */
function dayOf(moment: number): string {
  const date = new Date(moment);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
