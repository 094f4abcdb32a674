/** `session.panel()`: the panel as a widget (anywidget). Where JupyterLab has the extension, its clicks reach the notebook. */

import type { AnyModel, Initialize, Render } from '@anywidget/types';
import { running, type News, type Row, type Session } from '../panel/news';
import type { RunAction } from '../panel/treeView';
import { PanelView } from '../panel/view';
import { Watch } from '../panel/watch';
import { branchLine, RUN_WISH, wish, type RunWish } from '../panel/wish';
import { ENDED_NOW, KERNEL_ENDED } from '../run/ending';
import { __ } from '../texts';
import { element, setText } from '../view/dom';
import { whenModelEnds } from '../view/ending';
import { heed, lasting } from '../view/model';

interface Traits {
  [trait: string]: unknown;
}

/** Milliseconds without an answer, after which the widget says that there is none. */
const PATIENCE = 4000;

/** Milliseconds between two signs that somebody looks. A front end refuses them when the kernel is gone. */
const BEAT = 15_000;

/** What one widget knows, for all the places where it is shown. */
class WidgetNews {
  readonly changes = new EventTarget();
  private readonly watch = new Watch({
    looks: () => this.lookers > 0 && !document.hidden,
    send: message => this.send(message),
    changed: () => this.change(),
    noticed: words => {
      this.notice = words;
      this.change();
    }
  });
  private model: AnyModel<Traits> | null = null;
  private lookers = 0;
  private isOver = false;
  notice = '';

  start(model: AnyModel<Traits>, signal: AbortSignal): void {
    this.model = model;
    heed(model, 'msg:custom', message => this.receive(message), signal);
    document.addEventListener('visibilitychange', () => this.watch.tell(), { signal });
    whenModelEnds(model, signal, () => this.end());
    const beat = window.setInterval(() => this.isOver || this.watch.stay(), BEAT);
    signal.addEventListener('abort', () => window.clearInterval(beat));
  }

  /** Whether the kernel has ended. */
  get over(): boolean {
    return this.isOver;
  }

  end(): void {
    if (!this.isOver) {
      this.isOver = true;
      this.watch.end();
      this.change();
    }
  }

  get news(): News {
    return this.watch.news;
  }

  /** Until the signal, somebody looks. */
  look(signal: AbortSignal): void {
    this.lookers += 1;
    this.watch.tell();
    signal.addEventListener('abort', () => {
      this.lookers -= 1;
      this.watch.tell();
    });
  }

  send(message: object): void {
    try {
      this.model?.send(message);
    } catch {
      this.end();
    }
  }

  private receive(content: unknown): void {
    if (this.isOver) {
      // It was there after all.
      this.isOver = false;
      this.watch.askAnew();
    }
    this.watch.receive(content);
  }

  private change(): void {
    this.changes.dispatchEvent(new Event('change'));
  }
}

function showPanel(news: WidgetNews, el: HTMLElement, signal: AbortSignal): void {
  const waits = element('p', { text: __('Waiting for the kernel…') });
  const view = new PanelView({
    signal,
    offers: new Set<RunAction>(['reveal', 'branch']),
    confirms: true,
    isPrompt: () => false,
    onRun: (action, _, session, row) => void onRun(news, view, action, session, row),
    onSession: (action, _, session) => {
      if (action === 'stop_all') {
        running(session).forEach(row => news.send(wish('stop', session, row.id)));
      } else {
        news.send(wish(action, session));
      }
    },
    empty: () => waits
  });
  view.node.setAttribute('data-wsn-widget', '');
  const timer = window.setTimeout(
    () => setText(waits, __('No answer from the kernel. It is busy or gone; run the cell again to ask anew.')),
    PATIENCE
  );
  let saidOver = false;
  const paint = (): void => {
    if (saidOver && !news.over) {
      saidOver = false;
      view.tell('');
    }
    if (news.notice !== '') {
      view.tell(news.notice);
      news.notice = '';
    }
    view.update([{ key: 'kernel', title: '', current: true, news: news.news }]);
    if (news.over) {
      saidOver = true;
      view.tell(__(ENDED_NOW));
      view.pause();
    } else {
      view.resume();
    }
  };
  news.changes.addEventListener('change', paint, { signal });
  signal.addEventListener('abort', () => {
    window.clearTimeout(timer);
    view.node.remove();
  });
  view.node.addEventListener(KERNEL_ENDED, () => news.end(), { signal });
  el.append(view.node);
  paint();
  news.look(signal);
}

/** The extension takes a wish that it can fulfil; elsewhere a branch's first line goes to the clipboard. */
async function onRun(news: WidgetNews, view: PanelView, action: RunAction, session: Session, row: Row): Promise<void> {
  if (action === 'stop') {
    news.send(wish('stop', session, row.id));
    return;
  }
  const wanted: RunWish = { action, address: session.address, run: row.id, cell: row.cell };
  const event = new CustomEvent<RunWish>(RUN_WISH, { detail: wanted, bubbles: true, cancelable: true, composed: true });
  const taken = !view.node.dispatchEvent(event);
  if (taken || action !== 'branch' || session.address === null) {
    return;
  }
  const line = branchLine(session.address, row.id);
  try {
    await navigator.clipboard.writeText(`${line}\n`);
    view.tell(__('Copied: %1. Paste it into a new cell.', line));
  } catch {
    view.tell(__('Begin a new cell with %1.', line));
  }
}

/** anywidget calls this once per widget. */
export default (): { initialize: Initialize<Traits>; render: Render<Traits> } => {
  const news = new WidgetNews();
  return {
    initialize({ model, signal }) {
      return lasting(signal, over => news.start(model, over));
    },
    render({ el, signal }) {
      return lasting(signal, over => showPanel(news, el, over));
    }
  };
};
