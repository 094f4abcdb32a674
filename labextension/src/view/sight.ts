/**
 * What costs much to draw, such as formulas, is drawn when it comes into sight, a few milliseconds of it at a time: a page
 * of thousands goes on answering. The first ones of a page are drawn in any case, when there is nothing else to do, so that
 * what is printed or searched is mostly there.
 */

/** Draws several at once, since the page is laid out for each time; may take its time. */
export type Draw = (nodes: readonly Element[]) => void | PromiseLike<unknown>;

/** Milliseconds that one task should take, those that it is waited for, and those between two tasks. */
const SLICE = 25;
const PATIENCE = 3000;
/** Nodes of one task at least, since the page is laid out for one as it is for some; and at most. */
const LEAST = 16;
const MOST = 100;
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
  /** As many nodes take about as long as a task may. */
  private size = LEAST;
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
    if (!this.working && this.next().length > 0) {
      this.working = true;
      this.eyes.later(() => void this.work(), PAUSE);
    }
  }

  /** Those of the next task: all in sight, or all out of it, and drawn by the same. */
  private next(): Element[] {
    const from = this.seen.size > 0 ? this.seen : this.left > 0 ? this.unseen : new Set<Element>();
    const found: Element[] = [];
    let first: Draw | undefined;
    for (const node of from) {
      const draw = this.draws.get(node);
      first ??= draw;
      if (found.length === this.size || draw !== first) {
        break;
      }
      found.push(node);
    }
    return found;
  }

  private async work(): Promise<void> {
    const nodes = this.next();
    const begun = this.eyes.now();
    await this.draw(nodes);
    const took = Math.max(1, this.eyes.now() - begun);
    this.size = Math.round(Math.min(MOST, this.size * 3, Math.max(LEAST, (this.size * SLICE) / took)));
    this.working = false;
    this.begin();
  }

  private async draw(nodes: readonly Element[]): Promise<void> {
    const [first] = nodes;
    const draw = first === undefined ? undefined : this.draws.get(first);
    this.left -= nodes.filter(node => !this.seen.has(node)).length;
    nodes.forEach(node => this.leave(node));
    const there = nodes.filter(node => node.isConnected);
    if (draw === undefined || there.length === 0) {
      return;
    }
    for (const node of there) {
      this.draws.delete(node);
      this.watched.leave(node);
    }
    try {
      await Promise.race([draw(there), new Promise<void>(resolve => this.eyes.later(resolve, PATIENCE))]);
    } catch {
      // They stay as they are.
    }
  }
}

let page: Sight | null = null;

/** Have `node` drawn once, when its turn comes on this page, together with others that `draw` is given for. */
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
