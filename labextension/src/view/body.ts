/** The answer as a document: reasoning, each turn's text and other items, then what went wrong, if anything. */

import type { Citation, Item, Run, RunError, Turn } from '../run/bundle';
import { __, _n } from '../texts';
import { GrowingMarkdown } from './answer';
import { element, setText, show } from './dom';
import { joined, visible, whole } from './format';
import { jsonMarkdown } from './json';
import type { Finish } from './markdown';
import { codeWords } from './words';

export class Body {
  readonly node = element('div', { class: 'wsn-body' });
  private readonly reasoning: Reasoning;
  private readonly answer = element('div', { class: 'wsn-answer' });
  private readonly error = element('div', { class: 'wsn-error' });
  private readonly stopped = element('p', { class: 'wsn-stopped' });
  private readonly short = element('p', { class: 'wsn-stopped wsn-short' });
  private readonly unfinished = element('p', {
    class: 'wsn-stopped wsn-unfinished',
    text: __('It was still running here. What came after is not in this notebook.')
  });
  private readonly notes = element('div', { class: 'wsn-notes', hidden: '' });
  /** Stands for what has not come yet. */
  private readonly waiting = element('p', { class: 'wsn-waiting', 'aria-hidden': 'true', text: '…' });
  /** Whether it was to be seen when its height was taken; null: its height is free. */
  private held: boolean | null = null;
  private noted: readonly string[] = [];
  private readonly nothing = element('p', { class: 'wsn-nothing', text: __('No text.') });
  private readonly parts: TurnPart[] = [];

  constructor(
    private readonly finish: Finish,
    signal: AbortSignal
  ) {
    this.reasoning = new Reasoning(finish, signal);
    this.node.append(this.reasoning.node, this.waiting, this.answer, this.nothing, this.error, this.stopped, this.short, this.unfinished, this.notes);
  }

  /** `live`: its kernel tells of it. */
  update(run: Run, live: boolean): void {
    const texts = textsOf(run);
    const running = run.status === 'in_progress';
    while (this.parts.length > texts.length) {
      this.parts.pop()?.node.remove();
    }
    texts.forEach(([text, items, citations], index) => {
      const growing = running && live && index === texts.length - 1;
      this.part(index).update(run.format === 'json' ? jsonMarkdown(text, growing) : text, items, citations, growing);
    });
    const empty = texts.every(([text, items]) => text === '' && items.length === 0);
    show(this.answer, !empty);
    show(this.nothing, empty && run.status === 'completed' && run.stopped === '');
    this.reasoning.update(run.turns, running);
    this.updateEnd(run);
    show(this.unfinished, running && !live);
    this.updateNotes(run.notes);
    show(this.waiting, empty && running && live);
    show(this.node, this.held ?? [...this.node.children].some(each => each instanceof HTMLElement && !each.hidden));
  }

  /** Keep the height that it has now, whatever it shows, so that what stands below stays where it is. */
  hold(): void {
    this.held = !this.node.hidden;
    this.node.style.height = this.held ? `${this.node.getBoundingClientRect().height}px` : '';
  }

  release(): void {
    this.held = null;
    this.node.style.height = '';
  }

  async rendered(): Promise<void> {
    await Promise.all(this.parts.map(part => part.rendered()));
  }

  private part(index: number): TurnPart {
    let part = this.parts[index];
    if (part === undefined) {
      part = new TurnPart(this.finish);
      this.parts[index] = part;
      this.answer.append(part.node);
    }
    return part;
  }

  private updateNotes(notes: readonly string[]): void {
    if (notes !== this.noted) {
      this.noted = notes;
      this.notes.replaceChildren(...notes.map(note => element('p', { class: 'wsn-note-line', text: visible(note) })));
      show(this.notes, notes.length > 0);
    }
  }

  private updateEnd(run: Run): void {
    const stopped = run.status === 'cancelled' || run.stopped !== '';
    show(this.stopped, stopped);
    setText(this.stopped, joined([__('Stopped.'), visible(run.stopped)], ' '));
    show(this.error, run.error !== null && !stopped);
    show(this.short, run.status === 'incomplete' && !stopped && run.error === null);
    setText(this.short, cutShort(run.reason));
    if (run.error !== null) {
      this.error.replaceChildren(...errorContent(run.error));
    }
  }
}

/** What each turn shows; a bundle whose turns carry no text shows the run's own. */
function textsOf(run: Run): (readonly [text: string, items: readonly Item[], citations: readonly Citation[]])[] {
  const texts = run.turns.map(turn => [turn.text, turn.items, turn.citations] as const);
  return run.text !== '' && texts.every(([text]) => text === '') ? [...texts, [run.text, [], []]] : texts;
}

/** Why an answer is not whole, and what to do. */
function cutShort(reason: string): string {
  switch (reason) {
    case 'max_output_tokens':
      return __('Cut short: the limit of output tokens was reached. Ask “go on” for the rest, or allow more (--set max_output_tokens=…).');
    case 'content_filter':
      return __("Cut short: the provider's content filter stopped it. Ask in other words.");
    case '':
      return __('Cut short by the provider. Ask “go on” for the rest.');
    default:
      return __('Cut short: %1. Ask “go on” for the rest.', codeWords(reason));
  }
}

function errorContent(error: RunError): (Node | string)[] {
  const same = error.code?.replaceAll('_', '').toLowerCase() === error.type.toLowerCase();
  const told = error.code === null || error.code === '' || same || error.message.includes(error.code);
  const code = told ? '' : ` (${codeWords(error.code ?? '')})`;
  return [
    element('strong', { class: 'wsn-error-type', text: visible(error.type) }),
    element('bdi', { text: code }),
    ': ',
    element('span', { class: 'wsn-error-message', text: visible(error.message) })
  ];
}

class TurnPart {
  readonly node = element('div', { class: 'wsn-part' });
  private readonly items = element('div', { class: 'wsn-items' });
  private readonly text: GrowingMarkdown;
  private readonly citations = element('div', { hidden: '' });
  private shown: readonly Item[] = [];
  private cited: readonly Citation[] = [];

  constructor(finish: Finish) {
    this.text = new GrowingMarkdown(finish);
    this.node.append(this.items, this.text.node, this.citations);
  }

  update(text: string, items: readonly Item[], citations: readonly Citation[], growing: boolean): void {
    if (citations !== this.cited) {
      this.cited = citations;
      this.citations.replaceChildren(...(citations.length > 0 ? [citationList(citations)] : []));
      show(this.citations, citations.length > 0);
    }
    if (items !== this.shown) {
      this.shown = items;
      this.items.replaceChildren(...items.slice(0, MOST_ITEMS).map(itemLine), ...moreItems(items.length - MOST_ITEMS));
    }
    show(this.items, items.length > 0);
    show(this.text.node, text !== '');
    this.text.update(text, growing);
  }

  rendered(): Promise<void> {
    return this.text.rendered();
  }
}

/** Lines of one turn's items; a page with all of thousands would not move. */
const MOST_ITEMS = 200;

function moreItems(count: number): HTMLElement[] {
  return count > 0 ? [element('p', { class: 'wsn-item', text: __('%1 more items: run.items has them.', whole(count)) })] : [];
}

/** How the kinds of items look; what is not named here looks like something new. */
const LOOKS: Readonly<Record<string, string>> = {
  refusal: 'refusal',
  image_generation_call: 'image',
  compaction: 'note',
  web_search_call: 'hosted',
  file_search_call: 'hosted',
  code_interpreter_call: 'hosted',
  computer_call: 'hosted',
  mcp_call: 'hosted',
  mcp_list_tools: 'hosted',
  mcp_approval_request: 'hosted',
  local_shell_call: 'hosted',
  shell_call: 'hosted',
  apply_patch_call: 'hosted'
};

function itemLine(item: Item): HTMLElement {
  const look = LOOKS[item.type] ?? 'unknown';
  const what = look === 'refusal' ? __('refused') : item.type.replace(/_call$/, '').replaceAll('_', ' ');
  const line = element(
    'p',
    { class: 'wsn-item', 'data-type': item.type, 'data-look': look },
    element('span', { class: 'wsn-item-type', text: visible(what) })
  );
  if (item.status !== 'completed' && item.status !== '') {
    line.append(` (${visible(item.status.replaceAll('_', ' '))})`);
  }
  if (item.summary !== '') {
    line.append(' ', element('span', { class: 'wsn-item-summary', text: visible(item.summary) }));
  }
  for (const image of item.images) {
    line.append(element('img', { class: 'wsn-image', src: image, alt: visible(item.summary) || __('image') }));
  }
  return line;
}

/** Only web addresses become links. */
const WEB = /^https?:\/\//i;

function citationList(citations: readonly Citation[]): HTMLElement {
  return element(
    'ol',
    { class: 'wsn-citations', 'aria-label': __('Sources') },
    ...citations.map(({ title, url }) =>
      element(
        'li',
        {},
        WEB.test(url)
          ? element('a', { href: url, rel: 'noopener noreferrer', target: '_blank', dir: 'auto', text: visible(title || url) })
          : element('bdi', { text: visible(title || url) })
      )
    )
  );
}

/** The model's reasoning, folded away and rendered only while it is open. */
class Reasoning {
  readonly node = element('details', { class: 'wsn-reasoning' });
  private readonly summary = element('summary', { text: __('Reasoning') });
  private readonly parts: GrowingMarkdown[] = [];
  private turns: readonly Turn[] = [];
  private running = false;

  constructor(
    private readonly finish: Finish,
    signal: AbortSignal
  ) {
    this.node.append(this.summary);
    this.node.addEventListener('toggle', () => this.draw(), { signal });
  }

  update(turns: readonly Turn[], running: boolean): void {
    this.turns = turns.filter(turn => turn.reasoning !== '');
    this.running = running;
    show(this.node, this.turns.length > 0);
    setText(this.summary, _n('Reasoning', 'Reasoning of %1 turns', this.turns.length));
    this.draw();
  }

  private draw(): void {
    if (!this.node.open) {
      return;
    }
    this.turns.forEach((turn, index) => {
      let part = this.parts[index];
      if (part === undefined) {
        part = new GrowingMarkdown(this.finish);
        this.parts[index] = part;
        this.node.append(part.node);
      }
      part.update(turn.reasoning, this.running && turn.end_ms === null);
    });
  }
}
