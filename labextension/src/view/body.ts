/** The answer as a document: reasoning, each turn's text and other items, then what went wrong, if anything. */

import type { Item, Run, RunError, Turn } from '../bundle';
import { GrowingMarkdown } from './answer';
import { element, setText, show } from './dom';
import { jsonMarkdown } from './json';
import type { Markdown } from './markdown';

export class Body {
  readonly node = element('div', { class: 'wsn-body' });
  private readonly reasoning: Reasoning;
  private readonly answer = element('div', { class: 'wsn-answer' });
  private readonly error = element('div', { class: 'wsn-error' });
  private readonly stopped = element('p', { class: 'wsn-stopped' });
  private readonly unfinished = element('p', {
    class: 'wsn-stopped wsn-unfinished',
    text: 'It was still running when this notebook was saved.'
  });
  private readonly parts: TurnPart[] = [];

  constructor(
    private readonly markdown: Markdown,
    signal: AbortSignal
  ) {
    this.reasoning = new Reasoning(markdown, signal);
    this.node.append(this.reasoning.node, this.answer, this.error, this.stopped, this.unfinished);
  }

  /** `live`: its kernel tells of it. */
  update(run: Run, live: boolean): void {
    const texts = textsOf(run);
    const running = run.status === 'in_progress';
    while (this.parts.length > texts.length) {
      this.parts.pop()?.node.remove();
    }
    texts.forEach(([text, items], index) => {
      const growing = running && live && index === texts.length - 1;
      this.part(index).update(run.format === 'json' ? jsonMarkdown(text, growing) : text, items, growing);
    });
    const empty = texts.every(([text, items]) => text === '' && items.length === 0);
    show(this.answer, !empty);
    this.reasoning.update(run.turns, running);
    this.updateEnd(run);
    show(this.unfinished, running && !live);
    show(this.node, ![this.answer, this.reasoning.node, this.error, this.stopped, this.unfinished].every(each => each.hidden));
  }

  async rendered(): Promise<void> {
    await Promise.all(this.parts.map(part => part.rendered()));
  }

  private part(index: number): TurnPart {
    let part = this.parts[index];
    if (part === undefined) {
      part = new TurnPart(this.markdown);
      this.parts[index] = part;
      this.answer.append(part.node);
    }
    return part;
  }

  private updateEnd(run: Run): void {
    const stopped = run.status === 'cancelled' || run.stopped !== '';
    show(this.stopped, stopped);
    setText(this.stopped, run.stopped === '' ? 'stopped' : `stopped — ${run.stopped}`);
    show(this.error, run.error !== null && !stopped);
    if (run.error !== null) {
      this.error.replaceChildren(...errorContent(run.error));
    }
  }
}

/** What each turn shows; a bundle whose turns carry no text shows the run's own. */
function textsOf(run: Run): (readonly [text: string, items: readonly Item[]])[] {
  const texts = run.turns.map(turn => [turn.text, turn.items] as const);
  return run.text !== '' && texts.every(([text]) => text === '') ? [...texts, [run.text, []]] : texts;
}

function errorContent(error: RunError): Node[] {
  const code = error.code === null || error.code === '' ? '' : ` (${error.code})`;
  return [
    element('strong', { class: 'wsn-error-type', text: error.type }),
    document.createTextNode(`${code}: `),
    element('span', { class: 'wsn-error-message', text: error.message })
  ];
}

class TurnPart {
  readonly node = element('div', { class: 'wsn-part' });
  private readonly items = element('div', { class: 'wsn-items' });
  private readonly text: GrowingMarkdown;
  private shown: readonly Item[] = [];

  constructor(markdown: Markdown) {
    this.text = new GrowingMarkdown(markdown, 'wsn-text jp-RenderedHTMLCommon jp-RenderedMarkdown');
    this.node.append(this.items, this.text.node);
  }

  update(text: string, items: readonly Item[], growing: boolean): void {
    if (items !== this.shown) {
      this.shown = items;
      this.items.replaceChildren(...items.map(itemLine));
    }
    show(this.items, items.length > 0);
    show(this.text.node, text !== '');
    this.text.update(text, growing);
  }

  rendered(): Promise<void> {
    return this.text.rendered();
  }
}

function itemLine(item: Item): HTMLElement {
  const what = [item.type.replaceAll('_', ' '), item.status === 'completed' ? '' : item.status].filter(Boolean).join(', ');
  const line = element('p', { class: 'wsn-item', 'data-type': item.type }, element('span', { class: 'wsn-item-type', text: what }));
  if (item.summary !== '') {
    line.append(document.createTextNode(` ${item.summary}`));
  }
  return line;
}

/** The model's reasoning, folded away and rendered only while it is open. */
class Reasoning {
  readonly node = element('details', { class: 'wsn-reasoning' });
  private readonly summary = element('summary', { text: 'Reasoning' });
  private readonly parts: GrowingMarkdown[] = [];
  private turns: readonly Turn[] = [];
  private running = false;

  constructor(
    private readonly markdown: Markdown,
    signal: AbortSignal
  ) {
    this.node.append(this.summary);
    this.node.addEventListener('toggle', () => this.draw(), { signal });
  }

  update(turns: readonly Turn[], running: boolean): void {
    this.turns = turns.filter(turn => turn.reasoning !== '');
    this.running = running;
    show(this.node, this.turns.length > 0);
    setText(this.summary, this.turns.length > 1 ? `Reasoning of ${this.turns.length} turns` : 'Reasoning');
    this.draw();
  }

  private draw(): void {
    if (!this.node.open) {
      return;
    }
    this.turns.forEach((turn, index) => {
      let part = this.parts[index];
      if (part === undefined) {
        part = new GrowingMarkdown(this.markdown, 'wsn-text jp-RenderedHTMLCommon jp-RenderedMarkdown');
        this.parts[index] = part;
        this.node.append(part.node);
      }
      part.update(turn.reasoning, this.running && turn.end_ms === null);
    });
  }
}
