/** The run's own clock between messages. It ticks only while the run goes on and its view can be seen. */

/** Milliseconds between two ticks; slower for readers who asked for less motion. */
const TICK = 70;
const CALM_TICK = 1000;

export class Clock {
  /** The run's clock minus the page's. */
  private offset = 0;
  private told = 0;
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
      this.stop();
    });
  }

  /** The run goes on and its clock shows `now`. */
  run(now: number): void {
    this.told = performance.now();
    this.offset = now - this.told;
    this.going = true;
    this.sync();
  }

  /** The run has ended, or is a saved one. */
  stop(): void {
    this.going = false;
    this.sync();
  }

  /** What was drawn just now needs no further picture. */
  private tick(): void {
    const now = performance.now();
    if (now - this.told >= TICK) {
      this.onTick(now + this.offset);
    }
  }

  private sync(): void {
    const wanted = this.going && this.inSight && !document.hidden;
    if (wanted && this.timer === null) {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      this.timer = setInterval(() => this.tick(), calm ? CALM_TICK : TICK);
    } else if (!wanted && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }
}
