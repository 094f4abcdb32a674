/** A run that goes on: kept up to date from the kernel's messages, whatever way they come. */

import type { Run } from './bundle';
import { KERNEL_ENDED, endedRun, type Ending } from './ending';
import { readMessage, readProblem, type BrowserMessage, type Problem } from './messages';
import { forget, paintSoon } from './pace';
import { reduce, startState, type LiveState } from './reduce';

/** A "ready" without an answer is repeated after this many milliseconds, and then after twice as many each time. */
const ASK_AGAIN = 1000;
/** Milliseconds without a message after which a run that goes on is asked for: its last message may have been lost. */
const SILENCE = 10_000;

export class LiveRun {
  private state: LiveState | null;
  /** The run's clock minus the page's, by the message that was under way for the shortest time. */
  private offset: number | null = null;
  private heard = -Infinity;
  private again: ReturnType<typeof setTimeout> | null = null;
  private isAlone = false;
  /** Events "change", "problem" where a decision could not be taken, "other" with any other message. */
  readonly changes = new EventTarget();

  /** `run`: its first picture, if there is one. */
  constructor(
    run: Run | null,
    private readonly post: (message: BrowserMessage) => void
  ) {
    this.state = run === null ? null : startState(run);
  }

  get run(): Run | null {
    return this.state?.run ?? null;
  }

  /** What the run's clock shows; null before the kernel has spoken: there may be none. */
  get clock(): number | null {
    return this.offset === null ? null : performance.now() + this.offset;
  }

  /** Whether its kernel has ended: nobody can be asked about it. */
  get alone(): boolean {
    return this.isAlone;
  }

  /** A front end that has closed the channel to the kernel refuses to send. */
  send(message: BrowserMessage): void {
    try {
      this.post(message);
    } catch {
      this.end('unknown');
    }
  }

  /** Its kernel has ended. What was told last stays, and stands. */
  end(ending: Ending): void {
    if (this.state === null || this.clock === null || this.isAlone) {
      return;
    }
    this.isAlone = true;
    this.rest();
    this.state = { ...this.state, run: endedRun(this.state.run, this.clock, ending), behind: false };
    this.changes.dispatchEvent(new Event('change'));
  }

  receive(content: unknown): void {
    const problem = readProblem(content);
    if (problem !== null) {
      this.changes.dispatchEvent(new CustomEvent<Problem>('problem', { detail: problem }));
      return;
    }
    const message = readMessage(content);
    if (message === null) {
      this.changes.dispatchEvent(new CustomEvent<unknown>('other', { detail: content }));
      return;
    }
    this.heard = performance.now();
    if (this.isAlone && this.state !== null) {
      // It was there after all: what was told of an end is replaced by a whole picture.
      this.isAlone = false;
      this.state = { ...this.state, behind: true };
    }
    if (this.state === null) {
      if (message.kind !== 'snapshot') {
        this.ask();
        return;
      }
      this.state = startState(message.run);
    }
    const next = reduce(this.state, message);
    if (message.kind === 'snapshot') {
      this.rest();
    }
    if (next.behind) {
      this.ask();
    }
    const changed = next.seq !== this.state.seq;
    this.state = next;
    if (changed) {
      this.offset = Math.max(this.offset ?? -Infinity, message.now_ms - performance.now());
      this.changes.dispatchEvent(new Event('change'));
    }
  }

  /** Ask for a snapshot, until one comes: the question may be lost, or wait in a kernel that is busy. */
  ask(): void {
    if (this.again === null) {
      this.askNow(ASK_AGAIN);
    }
  }

  /** Ask no more. */
  rest(): void {
    if (this.again !== null) {
      clearTimeout(this.again);
      this.again = null;
    }
  }

  private askNow(wait: number): void {
    this.again = setTimeout(() => {
      this.again = null;
      if ((this.state?.behind === true || this.offset === null) && !this.isAlone) {
        this.askNow(Math.min(2 * wait, SILENCE));
      }
    }, wait);
    this.send({ kind: 'ready' });
  }

  /** Ask where a run that goes on has said nothing for a while. */
  askWhenSilent(): void {
    if (this.run?.status === 'in_progress' && performance.now() - this.heard >= SILENCE) {
      this.ask();
    }
  }
}

/** What shows a run. */
interface View {
  readonly node: HTMLElement;
  update(run: Run, now: number | null): void;
  /** Its kernel has ended, or has not. */
  setAlone(alone: boolean): void;
  refuse(problem: Problem): void;
  tell(message: unknown): void;
}

/** Draw the run in `view` now and before the next frame after every change; `painted` is told each time. */
export function drawLive(live: LiveRun, view: View, signal: AbortSignal, painted: (run: Run) => void = () => undefined): void {
  const paint = (): void => {
    if (live.run !== null) {
      view.setAlone(live.alone);
      view.update(live.run, live.clock);
      painted(live.run);
    }
  };
  let inSight = true;
  const sight = new IntersectionObserver(entries => {
    inSight = entries.at(-1)?.isIntersecting ?? true;
    if (inSight) {
      paintSoon(paint);
    }
  });
  sight.observe(view.node);
  // What nobody sees is drawn when it comes into sight, and when it has ended.
  const changed = (): void => {
    if (inSight || !view.node.isConnected || live.run?.status !== 'in_progress') {
      paintSoon(paint);
    }
  };
  live.changes.addEventListener('change', changed, { signal });
  view.node.addEventListener(KERNEL_ENDED, event => live.end((event as CustomEvent<Ending>).detail), { signal });
  const watch = setInterval(() => live.askWhenSilent(), SILENCE);
  signal.addEventListener('abort', () => {
    clearInterval(watch);
    forget(paint);
    sight.disconnect();
  });
  live.changes.addEventListener('problem', event => view.refuse((event as CustomEvent<Problem>).detail), { signal });
  live.changes.addEventListener('other', event => view.tell((event as CustomEvent<unknown>).detail), { signal });
  paint();
}
