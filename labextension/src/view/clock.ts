/** The run's own clock between messages. It ticks only while the run goes on and its view can be seen. */

/** Milliseconds between two ticks; slower for readers who asked for less motion. */
const TICK = 70;
const CALM_TICK = 1000;

export class Clock {
  /** The run's clock minus the page's. */
  private offset: number | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private going = false;
  private inSight = true;

  constructor(
    node: HTMLElement,
    private readonly onTick: (now: number) => void,
    signal: AbortSignal
  ) {
    const sight = new IntersectionObserver(entries => {
      this.inSight = entries.at(-1)?.isIntersecting ?? true;
      this.sync();
    });
    sight.observe(node);
    document.addEventListener('visibilitychange', () => this.sync(), { signal });
    signal.addEventListener('abort', () => {
      sight.disconnect();
      this.going = false;
      this.sync();
    });
  }

  /** The run goes on and a message sent at `now` has arrived; returns what its clock shows. */
  run(now: number): number {
    // The message that was under way for the shortest time is the best witness, and the clock never steps back.
    this.offset = Math.max(this.offset ?? -Infinity, now - performance.now());
    this.going = true;
    this.sync();
    return this.now();
  }

  /** The run has ended, or is a saved one. */
  stop(now: number): number {
    this.offset = null;
    this.going = false;
    this.sync();
    return now;
  }

  private now(): number {
    return performance.now() + (this.offset ?? 0);
  }

  private sync(): void {
    const wanted = this.going && this.inSight && !document.hidden;
    if (wanted && this.timer === null) {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      this.timer = setInterval(() => this.onTick(this.now()), calm ? CALM_TICK : TICK);
    } else if (!wanted && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }
}
