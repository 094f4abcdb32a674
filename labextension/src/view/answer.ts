/** Markdown that grows: finished blocks are rendered once, only the tail is rendered again. */

import { element } from './dom';
import { tooLong, type Markdown } from './markdown';
import { BlockSplitter } from './splitter';

/** A tail up to this length is rendered anew for every picture. */
const SHORT_TAIL = 2000;
/** A longer one when it has grown by this part, so that the work stays linear; until then new text stands plain behind it. */
const GROWTH = 1 / 8;
/** Beyond this no tail is rendered before its block is finished: a paragraph of a whole book would stall the page. */
const LONGEST_DRAFT = 16_000;

/** From so many blocks on, those out of sight are not laid out. */
const LONG = 24;

/** A line that defines the address of a link, or a footnote. */
const REFERENCE = /^ {0,3}\[[^\]\n]+\]:/m;

export class GrowingMarkdown {
  readonly node: HTMLElement;
  private readonly tail = element('div', { class: 'wsn-block' });
  private readonly caret = element('span', { class: 'wsn-caret', 'aria-hidden': 'true' });
  private readonly waiting = new Set<Promise<void>>();
  private splitter = new BlockSplitter();
  private source = '';
  private drafted = 0;
  private code: Text | null = null;
  private rest: Text | null = null;
  private growing = true;
  private blocks = 0;

  constructor(
    private readonly markdown: Markdown,
    name: string
  ) {
    this.node = element('div', { class: name, dir: 'auto' }, this.tail);
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
    if (!growing && !tooLong(source) && (this.source === '' || REFERENCE.test(source))) {
      this.showWhole(source);
      return;
    }
    const added = source.slice(this.source.length);
    this.source = source;
    this.growing = growing;
    this.splitter.push(added);
    for (const block of this.splitter.take()) {
      this.finish(block);
    }
    this.updateTail(added);
  }

  /** Resolves when everything handed to the host's renderer so far stands on the page. */
  async rendered(): Promise<void> {
    await Promise.all(this.waiting);
  }

  private showWhole(source: string): void {
    this.restart();
    this.source = source;
    this.growing = false;
    if (source.trim() !== '') {
      this.finish(source);
    }
  }

  private restart(): void {
    this.splitter = new BlockSplitter();
    this.source = '';
    this.growing = true;
    this.blocks = 0;
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

  private finish(block: string): void {
    const node = element('div', { class: 'wsn-block' });
    this.blocks += 1;
    if (this.blocks === LONG) {
      this.node.setAttribute('data-wsn-long', '');
    }
    this.clearTail();
    this.tail.before(node);
    if (tooLong(block)) {
      node.append(plain(block));
      return;
    }
    const result = this.markdown.render(block);
    if (result instanceof Node) {
      node.append(result);
      return;
    }
    node.append(this.markdown.draft(block) ?? plain(block));
    const done = result.then(
      rendered => node.replaceChildren(rendered),
      () => undefined
    );
    this.waiting.add(done);
    void done.then(() => this.waiting.delete(done));
  }

  private updateTail(added: string): void {
    const { tail } = this.splitter;
    if (!this.growing) {
      this.clearTail();
      if (tail.trim() !== '') {
        this.finish(tail);
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

  private draftTail(tail: string): void {
    const fresh = tail.length - this.drafted;
    const due = tail.length <= SHORT_TAIL || (fresh > this.drafted * GROWTH && tail.length <= LONGEST_DRAFT);
    if (this.drafted === 0 || due) {
      this.clearTail();
      this.drafted = tail.length;
      this.tail.append((tail.length <= LONGEST_DRAFT ? this.markdown.draft(tail) : null) ?? plain(tail));
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
