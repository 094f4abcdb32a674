/** The session panel: connection, runs, tools and totals of each session. The side panel and the widget both show it. */

import { __, _n } from '../texts';
import { dropOthers, element, putBehind, setAttribute, setText, show } from '../view/dom';
import { bytes, joined, saving, whole } from '../view/format';
import { addSheet } from '../view/sheet';
import { running, unused, type News, type Row, type Session, type Tool } from './news';
import css from './panel.css';
import { RunTree, type RunAction } from './treeView';
import { conditionWords, nameOf, roughly } from './words';

export type SessionAction = 'stop_all' | 'warm_up' | 'reset';

/** One kernel. `title` names its notebook where there are several. */
export interface Source {
  readonly key: string;
  readonly title: string;
  /** Its notebook is looked at. */
  readonly current: boolean;
  readonly news: News;
}

export interface PanelHost {
  readonly signal: AbortSignal;
  readonly offers: ReadonlySet<RunAction>;
  /** Whether a second click confirms a reset; otherwise the host asks. */
  readonly confirms: boolean;
  /** Whether the run's cell does nothing but ask. */
  isPrompt(source: string, row: Row): boolean;
  onRun(action: RunAction, source: string, session: Session, row: Row): void;
  onSession(action: SessionAction, source: string, session: Session): void;
  /** What stands in the panel while there is no session. */
  empty(): Node;
}

/** Milliseconds between two ticks of ages and times. */
const TICK = 1000;
/** Milliseconds in which a second click confirms the first. */
const SECOND_CLICK = 5000;

/** A session in its place among the others. */
export interface Placed {
  readonly key: string;
  readonly source: Source;
  readonly session: Session;
}

/** Where something goes on comes first, then the notebook that is looked at; what nobody used comes last. */
export function placed(sources: readonly Source[]): Placed[] {
  const all = sources.flatMap(source =>
    [...source.news.sessions.values()].map(session => ({ key: `${source.key} ${session.id}`, source, session }))
  );
  const rank = ({ source, session }: Placed): number =>
    (unused(session) ? 4 : 0) + (running(session).length > 0 ? 0 : 2) + (source.current ? 0 : 1);
  return all.sort((one, other) => rank(one) - rank(other));
}

export class PanelView {
  readonly node: HTMLElement;
  private readonly list = element('div', { class: 'wsn-sessions' });
  private readonly notice = element('div', { class: 'wsn-notice', role: 'status', hidden: '' });
  private readonly empty = element('div', { class: 'wsn-empty' });
  private readonly views = new Map<string, SessionView>();
  private timer: number | null = null;
  private sources: readonly Source[] = [];

  constructor(private readonly host: PanelHost) {
    this.node = element(
      'div',
      { class: 'wsn-panel', role: 'region', 'aria-label': __('Sessions'), tabindex: '-1' },
      this.notice,
      this.list,
      this.empty
    );
    this.empty.append(host.empty());
    host.signal.addEventListener('abort', () => this.pause());
    for (const leaving of ['pointerleave', 'focusout']) {
      // The focus is on its way to the next element still.
      this.node.addEventListener(leaving, () => window.setTimeout(() => this.arrange()), { signal: host.signal });
    }
  }

  update(sources: readonly Source[]): void {
    addSheet(this.node, 'panel', css);
    this.sources = sources;
    const all = placed(sources);
    const used = all.some(({ session }) => !unused(session));
    for (const { key, source, session } of all) {
      const view = this.views.get(key) ?? this.added(key, source.key);
      view.update(session, source, used && unused(session));
    }
    dropOthers(this.views, new Set(all.map(({ key }) => key)), view => view.end());
    show(this.empty, this.views.size === 0);
    this.arrange();
  }

  /** Put the sessions in their order, but nothing away from under a pointer or a focus. */
  private arrange(): void {
    const held = this.node.matches(':hover, :focus-within');
    let before: Element | null = null;
    for (const { key } of placed(this.sources)) {
      const node = this.views.get(key)?.node;
      if (node === undefined || (held && node.isConnected)) {
        continue;
      }
      if (held) {
        this.list.append(node);
      } else {
        putBehind(this.list, before, node);
      }
      before = node;
    }
  }

  /** What the kernel had to say about the last wish. */
  tell(words: string): void {
    setText(this.notice, words);
    show(this.notice, words !== '');
  }

  /** Let ages and times go on, as long as somebody looks. */
  resume(): void {
    this.timer ??= window.setInterval(() => this.tick(), TICK);
    this.tick();
  }

  pause(): void {
    if (this.timer !== null) {
      window.clearInterval(this.timer);
      this.timer = null;
    }
  }

  private tick(): void {
    for (const view of this.views.values()) {
      view.tick();
    }
  }

  private added(key: string, source: string): SessionView {
    const view = new SessionView(this.host, source, () => this.tell(''));
    this.views.set(key, view);
    return view;
  }
}

class SessionView {
  readonly node = element('section', { class: 'wsn-session' });
  private readonly ended = new AbortController();
  private readonly name = element('span', { class: 'wsn-session-name' });
  private readonly condition = element('span', { class: 'wsn-session-condition' });
  private readonly where = element('div', { class: 'wsn-quiet' });
  private readonly failure = element('div', { class: 'wsn-failure' });
  private readonly ageText = element('span');
  private readonly ageBar = element('div', { class: 'wsn-age-bar' });
  private readonly age: HTMLElement;
  private readonly facts = element('div', { class: 'wsn-quiet' });
  private readonly totals = element('div', { class: 'wsn-quiet' });
  private readonly tree: RunTree;
  private readonly noRuns: HTMLElement;
  private readonly tools = element('ul', { class: 'wsn-tools' });
  private readonly toolsHead: HTMLElement;
  private readonly more: readonly HTMLElement[];
  private readonly buttons: Readonly<Record<SessionAction, HTMLButtonElement>>;
  private session: Session | null = null;
  private offset = 0;
  /** Runs out with the time in which a second click confirms the first. */
  private armed: number | null = null;
  private shownTools = '';

  constructor(
    private readonly host: PanelHost,
    source: string,
    private readonly acted: () => void
  ) {
    host.signal.addEventListener('abort', () => this.ended.abort(), { signal: this.ended.signal });
    this.age = element(
      'div',
      { class: 'wsn-age', role: 'meter', 'aria-label': __("The connection's age"), 'aria-valuemin': '0' },
      element('div', { class: 'wsn-age-track', 'aria-hidden': 'true' }, this.ageBar),
      this.ageText
    );
    this.tree = new RunTree(
      {
        offers: host.offers,
        isPrompt: row => host.isPrompt(source, row),
        act: (action, row) => {
          acted();
          if (this.session !== null) {
            host.onRun(action, source, this.session, row);
          }
        }
      },
      () => Date.now() + this.offset,
      this.ended.signal
    );
    this.buttons = {
      stop_all: this.button(__('Stop all'), 'stop_all', source),
      warm_up: this.button(__('Warm up'), 'warm_up', source),
      reset: this.button(__('Reset'), 'reset', source)
    };
    this.buttons.warm_up.title = __('Open the connection and have the provider read the tools, without an answer.');
    this.buttons.reset.title = __('Stop what runs, close the connection and forget every run.');
    this.noRuns = element('p', { class: 'wsn-quiet', text: __('No run yet.') });
    this.toolsHead = element('h3', { text: __('Tools') });
    const runsHead = element('h3', { text: __('Runs') });
    const totalsHead = element('h3', { text: __('Totals') });
    this.more = [runsHead, totalsHead, this.totals, this.facts];
    this.node.append(
      element(
        'header',
        { class: 'wsn-session-head' },
        element('h2', {}, element('span', { class: 'wsn-dot', 'aria-hidden': 'true' }), this.name),
        this.condition
      ),
      this.where,
      this.failure,
      this.age,
      this.facts,
      element('div', { class: 'wsn-buttons' }, this.buttons.stop_all, this.buttons.warm_up, this.buttons.reset),
      runsHead,
      this.noRuns,
      this.tree.node,
      this.toolsHead,
      this.tools,
      totalsHead,
      this.totals
    );
  }

  /** `folded`: no more than what it is. */
  update(session: Session, source: Source, folded: boolean): void {
    this.session = session;
    this.offset = source.news.offset;
    setAttribute(this.node, 'data-wsn-session', session.id);
    setAttribute(this.node, 'data-wsn-condition', session.condition);
    const called = nameOf(session) || __('Session');
    setText(this.name, source.title === '' ? called : `${called} · ${source.title}`);
    setAttribute(this.node, 'aria-label', this.name.textContent);
    setText(this.condition, conditionWords(session));
    const where = [session.provider, session.model, session.transport, session.note === '' ? '' : __(session.note)];
    setText(this.where, joined(where));
    setText(this.failure, session.failure);
    show(this.failure, session.failure !== '');
    this.more.forEach(each => show(each, !folded));
    setText(this.facts, factsOf(session));
    setText(this.totals, totalsOf(session));
    show(this.noRuns, session.runs.size === 0 && !folded);
    show(this.tree.node, session.runs.size > 0);
    this.tree.update(session);
    this.updateTools(session, folded);
    show(this.buttons.stop_all, running(session).length > 0);
    show(this.buttons.warm_up, session.warms_up && session.condition === 'idle');
    show(this.buttons.reset, session.condition !== 'closed' && session.runs.size > 0);
    this.tickAge();
  }

  tick(): void {
    this.tree.tick();
    this.tickAge();
  }

  end(): void {
    this.disarm();
    this.ended.abort();
    this.node.remove();
  }

  private tickAge(): void {
    const session = this.session;
    if (session === null || session.opened === null) {
      show(this.age, false);
      return;
    }
    const age = Math.max(0, Date.now() + this.offset - session.opened);
    const limit = session.max_age_ms;
    const words = limit === null ? __('open for %1', roughly(age)) : __('%1 of %2', roughly(age), roughly(limit));
    show(this.age, true);
    setText(this.ageText, words);
    const part = limit === null ? 0 : Math.min(1, age / limit);
    this.ageBar.style.width = `${(part * 100).toFixed(1)}%`;
    setAttribute(this.age, 'data-wsn-old', String(part > 0.85));
    setAttribute(this.age, 'aria-valuenow', String(Math.round(age / 1000)));
    setAttribute(this.age, 'aria-valuemax', String(Math.round((limit ?? age) / 1000)));
    setAttribute(this.age, 'aria-valuetext', words);
    this.age.title =
      limit === null
        ? __('How long the connection has been open.')
        : __("The provider's limit for a connection. It is renewed in time, between two turns.");
  }

  private updateTools(session: Session, folded: boolean): void {
    const stamp = JSON.stringify(session.tools);
    show(this.toolsHead, session.tools.length > 0 && !folded);
    show(this.tools, session.tools.length > 0 && !folded);
    if (stamp === this.shownTools) {
      return;
    }
    this.shownTools = stamp;
    this.tools.replaceChildren(
      ...session.tools.map(tool =>
        element(
          'li',
          { title: tool.description },
          element('span', { class: 'wsn-tool-name', text: tool.name }),
          element('span', { class: 'wsn-tool-calls', text: callsOf(tool) })
        )
      )
    );
  }

  private button(label: string, action: SessionAction, source: string): HTMLButtonElement {
    const button = element('button', { class: 'wsn-button', type: 'button', 'data-action': action, text: label });
    const press = (): void => {
      this.acted();
      if (action === 'reset' && this.host.confirms && this.armed === null) {
        setText(button, __('Reset? Click again'));
        this.armed = window.setTimeout(() => this.disarm(), SECOND_CLICK);
        return;
      }
      this.disarm();
      if (this.session !== null) {
        this.host.onSession(action, source, this.session);
      }
    };
    button.addEventListener('click', press, { signal: this.ended.signal });
    button.addEventListener('blur', () => this.disarm(), { signal: this.ended.signal });
    return button;
  }

  private disarm(): void {
    if (this.armed !== null) {
      window.clearTimeout(this.armed);
      this.armed = null;
      setText(this.buttons.reset, __('Reset'));
    }
  }
}

function factsOf(session: Session): string {
  const { used, limit } = session.lanes;
  return joined([
    limit > 1 ? __('%1 of %2 lanes in use', used, limit) : '',
    session.connections > 1 ? _n('%1 connection so far', '%1 connections so far', session.connections) : '',
    session.rotations > 0 ? _n('renewed once for its age', 'renewed %1 times for their age', session.rotations) : ''
  ]);
}

function totalsOf(session: Session): string {
  const all = session.totals;
  const saved = saving(all.sent, all.full_context);
  return [
    `${_n('%1 run', '%1 runs', all.runs)}, ${_n('%1 turn', '%1 turns', all.turns)}, ${_n('%1 call', '%1 calls', all.calls)}`,
    __('%1 tokens in, %2 out', whole(all.input_tokens), whole(all.output_tokens)),
    __('%1 sent', bytes(all.sent)) +
      (saved === '' ? '' : __(' (%1 less than HTTP with full input: %2)', saved, bytes(all.full_context)))
  ].join('\n');
}

function callsOf(tool: Tool): string {
  const words = [
    tool.calls === 0 ? __('not called') : _n('%1 call', '%1 calls', tool.calls),
    tool.failed > 0 ? __('%1 failed', tool.failed) : '',
    tool.stopped > 0 ? __('%1 stopped', tool.stopped) : '',
    tool.waiting > 0 ? _n('%1 awaits approval', '%1 await approval', tool.waiting) : '',
    tool.running > 0 ? __('%1 running', tool.running) : ''
  ];
  return joined(words, ', ');
}
