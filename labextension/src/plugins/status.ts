/**
 * The status bar's item: connection, time left, tokens of today, active runs. A click opens the panel.
 * Notebook 7 has no status bar; there the item stands at the end of the menu bar, before the kernel's own status.
 */

import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Signal, type ISignal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { leading, running, type News, type Session } from '../panel/news';
import { TokensToday } from '../panel/spent';
import { conditionWords, roughly } from '../panel/words';
import { __, _n } from '../texts';
import { element, setAttribute, setText } from '../view/dom';
import { whole } from '../view/format';
import { pageStore } from '../view/store';
import { IKernels, IOptions, ITexts, OPEN_PANEL } from './tokens';

/** Milliseconds between two looks at the clock. */
const TICK = 1000;
/** In Notebook 7's menu bar: behind the space that fills it, before the kernel's status. */
const RANK_IN_MENU_BAR = 10_005;

/** What the item says, in its parts. */
export function statusParts(news: News, tokens: number, now: number): string[] {
  const session = leading(news);
  if (session === null) {
    return [];
  }
  const left = timeLeft(session, now + news.offset);
  const active = [...news.sessions.values()].reduce((sum, each) => sum + running(each).length, 0);
  return [
    __('Responses: %1', conditionWords(session)),
    left === null ? '' : __('%1 left', roughly(left)),
    tokens > 0 ? _n('%1 token today', '%1 tokens today', tokens, whole(tokens)) : '',
    active > 0 ? _n('%1 run', '%1 runs', active) : ''
  ].filter(part => part !== '');
}

/** Milliseconds until the provider's limit of the connection, by the kernel's clock; null without either. */
function timeLeft(session: Session, now: number): number | null {
  if (session.opened === null || session.max_age_ms === null) {
    return null;
  }
  return Math.max(0, session.opened + session.max_age_ms - now);
}

class StatusItem extends Widget {
  private readonly button = element('button', { class: 'wsn-status-button', type: 'button' });
  private readonly words = element('span');
  private readonly activity = new Signal<this, void>(this);
  readonly activeStateChanged: ISignal<this, void> = this.activity;
  private readonly tokens = new TokensToday(pageStore());
  private timer: number | null = null;
  private active = false;

  constructor(
    private readonly kernels: IKernels,
    private readonly options: IOptions,
    open: () => void
  ) {
    super();
    this.addClass('wsn-statusbar');
    this.button.append(element('span', { class: 'wsn-status-dot', 'aria-hidden': 'true' }), this.words);
    this.button.title = __('Sessions of the Responses API: click for the panel');
    this.button.addEventListener('click', open);
    this.node.append(this.button);
    kernels.changed.connect(this.onChange, this);
    options.changed.connect(this.onChange, this);
    this.onChange();
  }

  get isActive(): boolean {
    return this.active;
  }

  override dispose(): void {
    this.rest();
    super.dispose();
  }

  private onChange(): void {
    const now = Date.now();
    for (const kernel of this.kernels.kernels) {
      if (kernel.isUsed) {
        this.tokens.note(kernel.panel.sessionContext.session?.kernel?.id ?? kernel.panel.id, kernel.news, now);
      }
    }
    const active = this.options.values.statusBar && this.kernels.current?.isUsed === true;
    if (active) {
      this.timer ??= window.setInterval(() => this.paint(), TICK);
      this.paint();
    } else {
      this.rest();
    }
    if (active !== this.active) {
      this.active = active;
      this.activity.emit();
    }
  }

  private rest(): void {
    if (this.timer !== null) {
      window.clearInterval(this.timer);
      this.timer = null;
    }
  }

  private paint(): void {
    const news = this.kernels.current?.news;
    if (news === undefined || document.hidden) {
      return;
    }
    const now = Date.now();
    const parts = statusParts(news, this.tokens.total(now), now);
    setText(this.words, parts.join(' · '));
    const busy = [...news.sessions.values()].some(session => running(session).length > 0);
    setAttribute(this.button, 'data-wsn-condition', busy ? 'busy' : (leading(news)?.condition ?? 'idle'));
  }
}

function addToMenuBar(app: JupyterFrontEnd, item: StatusItem): void {
  const follow = (): void => item.setHidden(!item.isActive);
  item.activeStateChanged.connect(follow);
  follow();
  app.shell.add(item, 'menu', { rank: RANK_IN_MENU_BAR });
}

export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'ws-notebook:status',
  description: 'Shows the connection, tokens and active runs in the status bar.',
  autoStart: true,
  requires: [IKernels, IOptions],
  optional: [IStatusBar, ILabShell, ITexts],
  activate: (
    app: JupyterFrontEnd,
    kernels: IKernels,
    options: IOptions,
    bar: IStatusBar | null,
    lab: ILabShell | null
  ) => {
    if (bar === null && lab !== null) {
      return;
    }
    const open = (): void => void app.commands.execute(OPEN_PANEL, { keep: true });
    const item = new StatusItem(kernels, options, open);
    if (bar === null) {
      addToMenuBar(app, item);
      return;
    }
    bar.registerStatusItem('ws-notebook:status', {
      item,
      align: 'middle',
      rank: 5,
      isActive: () => item.isActive,
      activeStateChanged: item.activeStateChanged
    });
  }
};
