/**
 * What costs much to draw, such as formulas, is drawn when it comes into sight, a few milliseconds of it at a time: a page
 * of thousands goes on answering. The first ones of a page are drawn in any case, when there is nothing else to do, so that
 * what is printed or searched is mostly there.
 */

/** May take its time; what it throws is its own affair. */
export type Draw = (node: Element) => void | PromiseLike<unknown>;

/** Milliseconds of one task, those that one node is waited for, and those between two tasks. */
const SLICE = 10;
const PATIENCE = 3000;
const PAUSE = 4;
/** As many are drawn out of sight. */
const UNSEEN = 200;
/** Pixels around what is in sight. */
const AROUND = '400px';

/** What a page has to offer; others stand in for it in tests. */
export interface Eyes {
  /** Tells of each node whether it is in sight, again whenever that changes. */
  observe(tell: (node: Element, inSight: boolean) => void): { watch(node: Element): void; leave(node: Element): void };
  now(): number;
  later(act: () => void, ms: number): void;
}

export class Sight {
  private readonly draws = new WeakMap<Element, Draw>();
  /** In sight, in the order in which they came there. */
  private readonly seen = new Set<Element>();
  /** The others, while some are drawn out of sight. */
  private readonly unseen = new Set<Element>();
  private readonly watched: ReturnType<Eyes['observe']>;
  private left = UNSEEN;
  private working = false;

  constructor(private readonly eyes: Eyes) {
    this.watched = eyes.observe((node, inSight) => this.tell(node, inSight));
  }

  /** Have `node` drawn once, when its turn comes. */
  add(node: Element, draw: Draw): void {
    this.draws.set(node, draw);
    this.watched.watch(node);
  }

  private tell(node: Element, inSight: boolean): void {
    if (!this.draws.has(node)) {
      return;
    }
    this.leave(node);
    // One that is not on the page is told of again when it comes, or comes back.
    if (node.isConnected && inSight) {
      this.seen.add(node);
    } else if (node.isConnected && this.left > 0) {
      this.unseen.add(node);
    }
    this.begin();
  }

  private leave(node: Element): void {
    this.seen.delete(node);
    this.unseen.delete(node);
  }

  private begin(): void {
    if (!this.working && this.next !== null) {
      this.working = true;
      this.eyes.later(() => void this.work(), PAUSE);
    }
  }

  private get next(): Element | null {
    const [seen] = this.seen;
    const [unseen] = this.left > 0 ? this.unseen : [];
    return seen ?? unseen ?? null;
  }

  private async work(): Promise<void> {
    const until = this.eyes.now() + SLICE;
    for (let node = this.next; node !== null && this.eyes.now() < until; node = this.next) {
      await this.draw(node);
    }
    this.working = false;
    this.begin();
  }

  private async draw(node: Element): Promise<void> {
    const draw = this.draws.get(node);
    this.left -= this.seen.has(node) ? 0 : 1;
    this.leave(node);
    if (draw === undefined || !node.isConnected) {
      return;
    }
    this.draws.delete(node);
    this.watched.leave(node);
    try {
      await Promise.race([draw(node), new Promise<void>(resolve => this.eyes.later(resolve, PATIENCE))]);
    } catch {
      // It stays as it is.
    }
  }
}

let page: Sight | null = null;

/** Have `node` drawn once, when its turn comes on this page. */
export function whenSeen(node: Element, draw: Draw): void {
  page ??= new Sight(pageEyes);
  page.add(node, draw);
}

const pageEyes: Eyes = {
  observe: tell => {
    // Inside of what scrolls the margin counts only where the browser knows `scrollMargin`.
    const options: IntersectionObserverInit & { scrollMargin: string } = { rootMargin: AROUND, scrollMargin: AROUND };
    const observer = new IntersectionObserver(
      entries => entries.forEach(({ target, isIntersecting }) => tell(target, isIntersecting)),
      options
    );
    return { watch: node => observer.observe(node), leave: node => observer.unobserve(node) };
  },
  now: () => performance.now(),
  later: (act, ms) => void setTimeout(act, ms)
};
