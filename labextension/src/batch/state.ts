/** What is known of a batch: its figures, and one letter for the state of each row. */

export interface BatchError {
  readonly text: string;
  readonly count: number;
  readonly rows: readonly number[];
}

export interface BatchRow {
  readonly position: number;
  readonly index: string;
  readonly status: string;
  readonly text: string;
  readonly ms: number;
  readonly attempts: number;
}

export interface Facts {
  readonly id: string;
  readonly status: string;
  readonly prompt: string;
  readonly model: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly elapsed_ms: number;
  readonly rate: number;
  readonly left_s: number | null;
  readonly lanes: { readonly now: number; readonly most: number; readonly history: readonly (readonly [number, number])[] };
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number };
  readonly cost: number | null;
  readonly errors: readonly BatchError[];
  readonly first: readonly BatchRow[];
  readonly notes: readonly string[];
  readonly stopped: string;
}

/** The letters of the states, in the order in which they are told. */
export const LETTERS = { completed: 'c', incomplete: 'i', failed: 'f', cancelled: 'x', asked: 'a', waiting: 'w' } as const;

/** Those of rows that ended without the answer that was asked for. */
export const FAILED = 'fix';

/** The states of all rows, from their packed form: "c120f3w" is 120 c, 3 f and a w. */
export function unpack(states: string): Uint8Array {
  const runs = [...states.matchAll(/([a-z])(\d*)/g)].map(
    ([, letter, length]) => [letter?.charCodeAt(0) ?? 0, length === '' ? 1 : Number(length)] as const
  );
  const letters = new Uint8Array(runs.reduce((sum, [, length]) => sum + length, 0));
  let place = 0;
  for (const [letter, length] of runs) {
    letters.fill(letter, place, place + length);
    place += length;
  }
  return letters;
}

/** Take other states over; the least and the greatest place that changed, or null. */
export function take(letters: Uint8Array, changed: Readonly<Record<string, readonly number[]>>): [number, number] | null {
  let from = Infinity;
  let to = -1;
  for (const [letter, places] of Object.entries(changed)) {
    for (const place of places) {
      letters[place] = letter.charCodeAt(0);
      from = Math.min(from, place);
      to = Math.max(to, place);
    }
  }
  return to < 0 ? null : [from, to];
}

/** How many rows have ended. */
export function ended(facts: Facts): number {
  return facts.total - (facts.counts['waiting'] ?? 0) - (facts.counts['asked'] ?? 0);
}

/** How many ended without an answer. */
export function failures(facts: Facts): number {
  return (facts.counts['failed'] ?? 0) + (facts.counts['incomplete'] ?? 0) + (facts.counts['cancelled'] ?? 0);
}
