/**
 * When the live views of a page are drawn: together in one frame, not more often than eyes need, as many as fit into a
 * frame, in turns. So that ten runs at once leave the page time to answer.
 */

/** Milliseconds between two frames, and those that one may take. */
const INTERVAL = 40;
const BUDGET = 12;

type Paint = () => void;

const waiting = new Set<Paint>();
let due: number | null = null;
let last = 0;

/** Have it called soon, once, however often it is asked for. */
export function paintSoon(paint: Paint): void {
  waiting.add(paint);
  due ??= requestAnimationFrame(frame);
}

export function forget(paint: Paint): void {
  waiting.delete(paint);
}

function frame(now: number): void {
  due = null;
  // The time is taken with some slack: frames come at their own times.
  if (now - last >= INTERVAL - 8) {
    last = now;
    const until = performance.now() + BUDGET;
    for (const paint of [...waiting]) {
      waiting.delete(paint);
      paint();
      if (performance.now() > until) {
        break;
      }
    }
  }
  if (waiting.size > 0) {
    due = requestAnimationFrame(frame);
  }
}
