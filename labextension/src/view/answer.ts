/** Markdown that grows: finished blocks are rendered once, only the tail is rendered again; many blocks in many tasks. */

import { safeMarkdown } from './bundled';
import { element } from './dom';
import { tooLong, type Finish } from './markdown';
import { withoutData } from './omitted';
import { BlockSplitter } from './splitter';

/** A tail up to this length is rendered anew for every picture. */
const SHORT_TAIL = 2000;
/** A longer one when it has grown by this part, so that the work stays linear; until then new text stands plain behind it. */
const GROWTH = 1 / 8;
/** Beyond this no tail is rendered before its block is finished: a paragraph of a whole book would stall the page. */
const LONGEST_DRAFT = 16_000;

/** Blocks are rendered for so many milliseconds in one task, small ones together up to so many characters. */
const SLICE = 12;
const TOGETHER = 2000;
/** Up to this length a finished text is rendered as one. */
const SHORT = 8000;

/** From so many blocks on, those out of sight are not laid out. */
const LONG = 24;

/** A line that defines the address of a link, or a footnote. */
const REFERENCE = /^ {0,3}\[[^\]\n]+\]:/m;

export class GrowingMarkdown {
  readonly node = element('div', { class: 'wsn-text jp-RenderedHTMLCommon jp-RenderedMarkdown', dir: 'auto' });
  private readonly tail = element('div', { class: 'wsn-block' });
  private readonly caret = element('span', { class: 'wsn-caret', 'aria-hidden': 'true' });
  private readonly waiting = new Set<Promise<unknown>>();
  /** Blocks that are still to be rendered, and what will go on with them. */
  private queue: string[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private splitter = new BlockSplitter();
  private source = '';
  private drafted = 0;
  private code: Text | null = null;
  private rest: Text | null = null;
  private growing = true;
  private blocks = 0;

  constructor(private readonly finish: Finish) {
    this.node.append(this.tail);
  }

  /** Show `source`; `growing` says whether more is to come. */
  update(source: string, growing: boolean): void {
    if (source === this.source && growing === this.growing) {
      return;
    }
    if (!this.growing || !source.startsWith(this.source)) {
      this.restart();
    }
    // A definition at the end may give a link in the first paragraph its address, so such a text is read once more.
    if (!growing && !tooLong(source) && ((this.source === '' && source.length <= SHORT) || REFERENCE.test(source))) {
      this.showWhole(source);
      return;
    }
    const added = source.slice(this.source.length);
    this.source = source;
    this.growing = growing;
    this.splitter.push(added);
    const blocks = this.splitter.take();
    if (blocks.length > 0) {
      this.clearTail();
      this.queue.push(...blocks);
    }
    this.updateTail(added);
    if (this.timer === null) {
      this.work();
    }
  }

  /** Resolves when everything handed to the host's renderer so far stands on the page. */
  async rendered(): Promise<void> {
    while (this.queue.length > 0) {
      await new Promise(resolve => setTimeout(resolve));
    }
    await Promise.all(this.waiting);
  }

  private showWhole(source: string): void {
    this.restart();
    this.source = source;
    this.growing = false;
    if (source.trim() !== '') {
      this.add(source);
    }
  }

  private restart(): void {
    this.splitter = new BlockSplitter();
    this.source = '';
    this.growing = true;
    this.blocks = 0;
    this.queue = [];
    this.node.removeAttribute('data-wsn-long');
    this.clearTail();
    this.node.replaceChildren(this.tail);
  }

  private clearTail(): void {
    this.drafted = 0;
    this.code = null;
    this.rest = null;
    this.tail.replaceChildren();
  }

  /** Render what is queued, as far as the page need not wait for it. */
  private work(): void {
    this.timer = null;
    const until = performance.now() + SLICE;
    while (this.queue.length > 0) {
      if (performance.now() > until) {
        this.timer = setTimeout(() => this.work());
        return;
      }
      let block = this.queue.shift() ?? '';
      while (block.length + (this.queue[0]?.length ?? Infinity) < TOGETHER) {
        block = `${block}\n${this.queue.shift() ?? ''}`;
      }
      this.add(block);
    }
  }

  private add(block: string): void {
    const node = element('div', { class: 'wsn-block' });
    this.blocks += 1;
    if (this.blocks === LONG) {
      this.node.setAttribute('data-wsn-long', '');
    }
    this.tail.before(node);
    if (tooLong(block)) {
      node.append(plain(block));
      return;
    }
    const nodes = safeMarkdown(block);
    const settled = this.finish(nodes)?.catch(() => undefined) ?? null;
    node.append(nodes);
    if (settled !== null) {
      this.waiting.add(settled);
      void settled.then(() => this.waiting.delete(settled));
    }
  }

  private updateTail(added: string): void {
    const { tail } = this.splitter;
    if (!this.growing) {
      this.clearTail();
      if (tail.trim() !== '') {
        this.queue.push(tail);
      }
      return;
    }
    if (this.code !== null && this.splitter.inCode) {
      this.code.appendData(added);
    } else if (this.splitter.inCode) {
      this.startCode(tail);
    } else {
      this.draftTail(tail);
    }
    this.placeCaret();
  }

  private startCode(tail: string): void {
    this.clearTail();
    this.code = document.createTextNode(tail.slice(tail.indexOf('\n') + 1));
    this.tail.append(element('pre', {}, element('code', {}, this.code)));
  }

  private draftTail(source: string): void {
    const tail = withoutData(source);
    const fresh = tail.length - this.drafted;
    const due = tail.length <= SHORT_TAIL || (fresh > this.drafted * GROWTH && tail.length <= LONGEST_DRAFT);
    if (this.drafted === 0 || due) {
      this.clearTail();
      this.drafted = tail.length;
      // What is still being written has neither colours nor formulas.
      this.tail.append(tail.length <= LONGEST_DRAFT ? safeMarkdown(tail) : plain(tail));
      return;
    }
    if (this.rest === null) {
      this.rest = document.createTextNode('');
      this.tail.append(element('span', { class: 'wsn-plain' }, this.rest));
    }
    this.rest.appendData(tail.slice(this.drafted + this.rest.length));
  }

  private placeCaret(): void {
    let last: Element = this.tail;
    for (let next = last.lastElementChild; next !== null && next !== this.caret; next = last.lastElementChild) {
      if (!CONTAINERS.has(next.tagName) || endsInText(last)) {
        break;
      }
      last = next;
    }
    last.append(this.caret);
  }
}

const CONTAINERS = new Set(['P', 'UL', 'OL', 'LI', 'PRE', 'CODE', 'BLOCKQUOTE', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'SPAN']);

function endsInText(node: Element): boolean {
  const last = node.lastChild;
  return last instanceof Text && last.data.trim() !== '';
}

function plain(text: string): Node {
  return element('div', { class: 'wsn-plain', text });
}
