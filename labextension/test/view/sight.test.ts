import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sight, type Eyes } from '../../src/view/sight';

/** A page whose clock moves only by drawing, and whose tasks are run by hand. */
class Page implements Eyes {
  clock = 0;
  readonly tasks: (() => void)[] = [];
  readonly watched = new Set<Element>();
  tell: (node: Element, inSight: boolean) => void = () => undefined;
  observe(tell: (node: Element, inSight: boolean) => void): ReturnType<Eyes['observe']> {
    this.tell = tell;
    return { watch: node => this.watched.add(node), leave: node => this.watched.delete(node) };
  }
  now(): number {
    return this.clock;
  }
  later(act: () => void, ms: number): void {
    // What only ends a wait that is too long is not run here.
    if (ms < 1000) {
      this.tasks.push(act);
    }
  }
  async task(): Promise<boolean> {
    const act = this.tasks.shift();
    act?.();
    for (let turn = 0; turn < 200; turn += 1) {
      await Promise.resolve();
    }
    return act !== undefined;
  }
}

const nodes = (count: number, isConnected = true): Element[] =>
  Array.from({ length: count }, () => ({ isConnected }) as unknown as Element);

/** A sight of these nodes, each of which takes 3 ms, and what was drawn so far. */
function sight(all: readonly Element[]): { page: Page; drawn: Element[] } {
  const page = new Page();
  const drawn: Element[] = [];
  const found = new Sight(page);
  const draw = (some: readonly Element[]): void => {
    page.clock += 3 * some.length;
    drawn.push(...some);
  };
  all.forEach(node => found.add(node, draw));
  return { page, drawn };
}

test('a few milliseconds are drawn in one task, then others have their turn', async () => {
  const all = nodes(1500);
  const { page, drawn } = sight(all);
  assert.equal(drawn.length, 0);
  all.forEach(node => page.tell(node, true));
  await page.task();
  assert.equal(drawn.length, 16);
  for (let before = drawn.length; await page.task(); before = drawn.length) {
    assert.ok(drawn.length - before <= 16, 'a task took longer than it may');
  }
  assert.deepEqual(drawn, all);
  assert.equal(page.watched.size, 0);
});

test('what is in sight comes first, and of the rest only the first few are drawn', async () => {
  const all = nodes(1000);
  const { page, drawn } = sight(all);
  all.forEach((node, index) => page.tell(node, index >= 990));
  while (await page.task());
  assert.deepEqual(drawn.slice(0, 10), all.slice(990));
  assert.ok(drawn.length >= 210 && drawn.length <= 220);
  page.tell(all[500] as Element, true);
  while (await page.task());
  assert.equal(drawn.at(-1), all[500]);
});

test('one that is not on the page waits until it comes, or comes back', async () => {
  const [early, gone] = nodes(2, false) as [Element, Element];
  const { page, drawn } = sight([early, gone]);
  page.tell(early, false);
  while (await page.task());
  assert.deepEqual(drawn, []);
  Object.assign(early, { isConnected: true });
  page.tell(early, true);
  while (await page.task());
  assert.deepEqual(drawn, [early]);
  Object.assign(gone, { isConnected: true });
  page.tell(gone, true);
  Object.assign(gone, { isConnected: false });
  while (await page.task());
  assert.deepEqual(drawn, [early]);
  Object.assign(gone, { isConnected: true });
  page.tell(gone, true);
  while (await page.task());
  assert.deepEqual(drawn, [early, gone]);
  assert.equal(page.watched.size, 0);
});

test('one that fails leaves the others theirs', async () => {
  const [bad, good] = nodes(2) as [Element, Element];
  const page = new Page();
  const found = new Sight(page);
  const drawn: Element[] = [];
  found.add(bad, () => Promise.reject(new Error('bad')));
  found.add(good, some => void drawn.push(...some));
  page.tell(bad, true);
  page.tell(good, true);
  while (await page.task());
  assert.deepEqual(drawn, [good]);
});
