/**
 * Cuts growing Markdown into blocks that no later text can change, so that each is rendered once.
 *
 * A block ends at a blank line before a line that neither is indented nor continues a list, and around a fenced code
 * block that stands at the margin. Pure; the work is linear in the text.
 */

const FENCE = /^(`{3,}|~{3,}|\$\$)/;
const LIST = /^(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
/** What may open a list, a fence or a rule: only the whole line tells. */
const UNDECIDED = /^[-*+\d`~$]/;

export class BlockSplitter {
  /** Finished blocks, in order, since the last `take`. */
  private finished: string[] = [];
  /** Complete lines of the block that is still open. */
  private block = '';
  /** The last line, as long as it has no end. */
  private line = '';
  private fence: string | null = null;
  private list = false;
  private blank = false;

  /** Add text at the end. */
  push(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.endLine(this.line + text.slice(from, at + 1));
      this.line = '';
      from = at + 1;
    }
    this.line += text.slice(from);
    if (this.blank && this.fence === null && /^\S/.test(this.line) && !UNDECIDED.test(this.line)) {
      this.cut();
    }
  }

  /** The blocks finished since the last call. */
  take(): string[] {
    const blocks = this.finished;
    this.finished = [];
    return blocks;
  }

  /** What may still change its look. */
  get tail(): string {
    return this.block + this.line;
  }

  /** The open block is nothing but fenced code so far: it grows without being read again. */
  get inCode(): boolean {
    return this.fence !== null && this.fence !== '$$' && this.block.startsWith(this.fence);
  }

  private endLine(line: string): void {
    const content = line.trimEnd();
    if (this.fence !== null) {
      this.inFence(line, content);
      return;
    }
    if (content === '') {
      this.block += line;
      this.blank = true;
      return;
    }
    const fence = FENCE.exec(content)?.[1] ?? null;
    const item = LIST.test(content);
    const margin = /^\S/.test(line);
    if (margin && ((this.blank && !(this.list && item)) || fence !== null)) {
      this.cut();
    }
    this.blank = false;
    this.list ||= item;
    this.block += line;
    // "$$ x $$" on one line opens nothing.
    if (fence !== null && !(fence === '$$' && content.length > 2)) {
      this.fence = fence;
    }
  }

  private inFence(line: string, content: string): void {
    this.block += line;
    if (this.fence !== null && content.startsWith(this.fence) && /^([`~$])\1*$/.test(content)) {
      this.fence = null;
      this.cut();
    }
  }

  private cut(): void {
    if (this.block.trim() !== '') {
      this.finished.push(this.block);
    }
    this.block = '';
    this.blank = false;
    this.list = false;
  }
}
