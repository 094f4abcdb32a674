/** The tree of a session's runs: one tab stop, arrow keys as in a file tree, and what can be done with the chosen run. */

import { __, _n } from '../texts';
import { dropOthers, element, putBehind, setAttribute, setText, show } from '../view/dom';
import { joined, whole } from '../view/format';
import { MOVES } from '../view/keys';
import type { Row, Session } from './news';
import { treeRows, type TreeRow } from './tree';
import { doingWords, markWords, statusWords, timeOf } from './words';

export type RunAction = 'reveal' | 'branch' | 'rerun' | 'stop';

export interface TreeHost {
  /** What can be done here besides `stop`. */
  readonly offers: ReadonlySet<RunAction>;
  /** Whether the run's cell does nothing but ask. */
  isPrompt(row: Row): boolean;
  act(action: RunAction, row: Row): void;
}

/** The kernel's clock, in milliseconds since the epoch. */
export type Clock = () => number;

export class RunTree {
  readonly node = element('div', { class: 'wsn-tree-box' });
  private readonly tree: HTMLElement;
  private readonly chosen: ChosenRun;
  private readonly views = new Map<string, RowView>();
  private readonly folded = new Set<string>();
  private session: Session | null = null;
  private rows: readonly TreeRow[] = [];
  private current = '';
  private moved = false;
  private selected = '';

  constructor(
    private readonly host: TreeHost,
    private readonly clock: Clock,
    signal: AbortSignal
  ) {
    this.tree = element('div', { class: 'wsn-tree', role: 'tree', 'aria-label': __('Runs') });
    this.chosen = new ChosenRun(host, signal);
    this.node.append(this.tree, this.chosen.node);
    this.tree.addEventListener('click', event => this.onClick(event), { signal });
    this.tree.addEventListener('keydown', event => this.onKey(event), { signal });
  }

  update(session: Session): void {
    this.session = session;
    const atEnd = this.tree.scrollTop + this.tree.clientHeight >= this.tree.scrollHeight - 4;
    const before = this.rows.length;
    this.rows = treeRows(session.runs, this.folded);
    this.sync();
    if (this.rows.length > before && atEnd) {
      this.tree.scrollTop = this.tree.scrollHeight;
    }
  }

  /** Let the times of what runs go on. */
  tick(): void {
    for (const { row } of this.rows) {
      if (row.status === 'in_progress') {
        this.views.get(row.id)?.tick(this.clock());
      }
    }
  }

  private sync(): void {
    const present = new Set(this.rows.map(each => each.row.id));
    dropOthers(this.views, present, view => view.node.remove());
    // Until the reader moves, the newest run is where the keyboard arrives.
    if (!this.moved || !present.has(this.current)) {
      this.current = this.rows.at(-1)?.row.id ?? '';
    }
    if (!present.has(this.selected)) {
      this.selected = '';
    }
    let before: Element | null = null;
    for (const each of this.rows) {
      const view = this.views.get(each.row.id) ?? this.added(each.row.id);
      view.update(each, this.folded.has(each.row.id), this.clock());
      view.mark(each.row.id === this.current, each.row.id === this.selected);
      putBehind(this.tree, before, view.node);
      before = view.node;
    }
    this.chosen.update(this.session?.runs.get(this.selected) ?? null, this.session);
  }

  private added(id: string): RowView {
    const view = new RowView(id);
    this.views.set(id, view);
    return view;
  }

  private onClick(event: MouseEvent): void {
    const target = event.target;
    const node = target instanceof Element ? target.closest<HTMLElement>('[role=treeitem]') : null;
    const id = node?.dataset['wsnRun'];
    if (id === undefined) {
      return;
    }
    if (target instanceof Element && target.closest('.wsn-twist') !== null) {
      this.fold(id, !this.folded.has(id));
    } else {
      this.choose(id);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const index = this.rows.findIndex(each => each.row.id === this.current);
    const here = this.rows[index];
    if (here === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const move = MOVES.get(event.key);
    if (move !== undefined) {
      this.moveTo(move(index, this.rows.length - 1));
    } else if (!this.onOwnKey(event.key, index, here)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** The keys of a tree alone; says whether it was one. */
  private onOwnKey(key: string, index: number, here: TreeRow): boolean {
    switch (key) {
      case 'ArrowRight':
        if (here.forks && this.folded.has(here.row.id)) {
          this.fold(here.row.id, false);
        } else {
          this.moveTo(index + 1);
        }
        return true;
      case 'ArrowLeft':
        if (here.forks && !this.folded.has(here.row.id)) {
          this.fold(here.row.id, true);
        } else {
          this.moveTo(this.rows.findIndex(each => each.row.id === here.row.parent));
        }
        return true;
      case 'Enter':
      case ' ':
        this.choose(here.row.id);
        return true;
      default:
        return false;
    }
  }

  private moveTo(index: number): void {
    const next = this.rows[index];
    if (next !== undefined) {
      this.current = next.row.id;
      this.moved = true;
      this.sync();
      this.views.get(this.current)?.node.focus();
    }
  }

  private fold(id: string, folded: boolean): void {
    if (folded) {
      this.folded.add(id);
    } else {
      this.folded.delete(id);
    }
    this.current = id;
    this.moved = true;
    if (this.session !== null) {
      this.update(this.session);
    }
    this.views.get(id)?.node.focus();
  }

  private choose(id: string): void {
    this.current = this.selected = id;
    this.moved = true;
    this.sync();
    this.views.get(id)?.node.focus({ preventScroll: true });
    const row = this.session?.runs.get(id);
    if (row !== undefined) {
      this.host.act('reveal', row);
    }
  }
}

/** One run of the tree. */
class RowView {
  readonly node: HTMLElement;
  private readonly twist = element('span', { class: 'wsn-twist', 'aria-hidden': 'true' });
  private readonly id: HTMLElement;
  private readonly prompt = element('span', { class: 'wsn-tree-prompt' });
  private readonly after = element('span', { class: 'wsn-tree-after' });
  private readonly tag = element('span', { class: 'wsn-tree-mark' });
  private readonly time = element('span', { class: 'wsn-tree-time' });
  private row: Row | null = null;
  /** What it continues, in words, where a listener cannot take it from the row before. */
  private place = '';

  constructor(id: string) {
    this.id = element('span', { class: 'wsn-tree-id', text: id });
    this.node = element(
      'div',
      { class: 'wsn-tree-row', role: 'treeitem', 'data-wsn-run': id, tabindex: '-1' },
      this.twist,
      element('span', { class: 'wsn-dot', 'aria-hidden': 'true' }),
      this.id,
      this.after,
      this.prompt,
      this.tag,
      this.time
    );
  }

  update(each: TreeRow, folded: boolean, now: number): void {
    const { row, level, forks, hidden, follows, after, fresh } = each;
    setAttribute(this.node, 'aria-level', String(level));
    this.node.style.setProperty('--wsn-level', String(level - 1));
    setAttribute(this.node, 'data-wsn-status', row.status);
    setAttribute(this.node, 'data-wsn-mark', row.mark);
    if (forks) {
      setAttribute(this.node, 'aria-expanded', String(!folded));
    } else {
      this.node.removeAttribute('aria-expanded');
    }
    setText(this.twist, forks ? (folded ? '▸' : '▾') : '');
    const words = row.prompt === '' ? __('(no words: a warm-up)') : row.prompt;
    setText(this.prompt, hidden > 0 ? `${words} (+${hidden})` : words);
    setText(this.after, after === null ? '' : __('after %1', after));
    show(this.after, after !== null);
    setAttribute(this.node, 'data-wsn-fresh', String(fresh));
    this.place = fresh ? __('starts afresh') : follows || row.parent === null ? '' : __('continues %1', row.parent);
    // What was asked again is struck out; the words would leave no room for the prompt.
    setText(this.tag, row.mark === 'asked again' ? '' : markWords(row.mark));
    show(this.tag, this.tag.textContent !== '');
    this.row = row;
    this.tick(now);
  }

  tick(now: number): void {
    if (this.row === null) {
      return;
    }
    setText(this.time, this.row.status === 'in_progress' ? doingWords(this.row) : timeOf(this.row, now));
    const state = joined([statusWords(this.row), markWords(this.row.mark), this.place], ', ');
    setAttribute(this.node, 'aria-label', [this.row.id, this.prompt.textContent, state].join(', '));
    setAttribute(this.node, 'title', `${this.row.id}: ${this.prompt.textContent}\n${state}`);
  }

  mark(current: boolean, selected: boolean): void {
    setAttribute(this.node, 'tabindex', current ? '0' : '-1');
    setAttribute(this.node, 'aria-selected', String(selected));
  }
}

/** What is known of the chosen run in one line, and what can be done with it. */
class ChosenRun {
  readonly node = element('div', { class: 'wsn-chosen', hidden: '' });
  private readonly facts = element('div', { class: 'wsn-chosen-facts' });
  private readonly hint = element('div', { class: 'wsn-chosen-facts wsn-chosen-hint', hidden: '' });
  private readonly tools: HTMLElement;
  private readonly buttons = new Map<RunAction, HTMLButtonElement>();
  private row: Row | null = null;

  constructor(
    private readonly host: TreeHost,
    signal: AbortSignal
  ) {
    this.tools = element('div', { class: 'wsn-buttons', role: 'group' });
    this.node.append(this.facts, this.tools, this.hint);
    const labels: readonly (readonly [RunAction, string])[] = [
      ['reveal', __('Show cell')],
      ['branch', __('Branch from here')],
      ['rerun', __('Ask again')],
      ['stop', __('Stop')]
    ];
    for (const [action, label] of labels) {
      const button = element('button', { class: 'wsn-button', type: 'button', 'data-action': action, text: label });
      button.addEventListener('click', () => this.row !== null && host.act(action, this.row), { signal });
      this.buttons.set(action, button);
      this.tools.append(button);
    }
  }

  update(row: Row | null, session: Session | null): void {
    this.row = row;
    show(this.node, row !== null);
    if (row === null || session === null) {
      return;
    }
    const { offers } = this.host;
    const facts = [
      row.id,
      statusWords(row),
      _n('%1 turn', '%1 turns', row.turns),
      row.calls > 0 ? _n('%1 call', '%1 calls', row.calls) : '',
      row.tokens > 0 ? __('%1 tokens', whole(row.tokens)) : '',
      row.lane === null ? '' : row.lane,
      markWords(row.mark)
    ];
    setText(this.facts, joined(facts));
    setAttribute(this.tools, 'aria-label', __('Run %1', row.id));
    const branches = row.status !== 'in_progress' && row.turns > 0 && offers.has('branch');
    setText(
      this.hint,
      session.condition === 'closed'
        ? __('The session is closed: nothing can continue its runs.')
        : __('To branch from here, put the session into a variable of the notebook.')
    );
    show(this.hint, branches && session.address === null);
    const may: Readonly<Record<RunAction, boolean>> = {
      reveal: row.cell !== null && offers.has('reveal'),
      branch: branches && session.address !== null,
      rerun: row.status !== 'in_progress' && row.cell !== null && offers.has('rerun'),
      stop: row.status === 'in_progress'
    };
    const again = this.buttons.get('rerun');
    if (again !== undefined && may.rerun) {
      setText(again, this.host.isPrompt(row) ? __('Ask again') : __('Run its cell again'));
    }
    for (const [action, button] of this.buttons) {
      show(button, may[action]);
    }
  }
}
