/** The live widget's front end (anywidget): keeps the run up to date from messages and draws it in every view. */

import type { AnyModel, Initialize, Render } from '@anywidget/types';
import type { BrowserMessage, Run } from './bundle';
import { readMessage, readRun } from './read';
import { reduce, startState, type LiveState } from './reduce';
import { bundledMarkdown } from './view/bundled';
import { hostMarkdown, type RenderMime } from './view/host';
import type { Markdown } from './view/markdown';
import { RunView } from './view/run';

interface Traits {
  run: unknown;
  [trait: string]: unknown;
}

/** A "ready" without an answer is repeated after this many milliseconds. */
const ASK_AGAIN = 1000;

/** One widget's run; its views are told when it changed. */
class LiveRun {
  private state: LiveState | null = null;
  /** The run's clock minus the page's, by the message that was under way for the shortest time. */
  private offset: number | null = null;
  private asked = -Infinity;
  private model: AnyModel<Traits> | null = null;
  readonly changes = new EventTarget();

  start(model: AnyModel<Traits>, signal: AbortSignal): void {
    this.model = model;
    const run = readRun(model.get('run'));
    this.state = run === null ? null : startState(run);
    const onMessage = (message: unknown): void => this.receive(message);
    model.on('msg:custom', onMessage);
    signal.addEventListener('abort', () => model.off('msg:custom', onMessage));
    this.ask();
  }

  get run(): Run | null {
    return this.state?.run ?? null;
  }

  /** What the run's clock shows; null before the kernel has spoken: a restored widget may have none. */
  get clock(): number | null {
    return this.offset === null ? null : performance.now() + this.offset;
  }

  stop(): void {
    this.send({ kind: 'stop' });
  }

  steer(text: string): void {
    this.send({ kind: 'steer', text });
  }

  private receive(content: unknown): void {
    const message = readMessage(content);
    if (message === null) {
      return;
    }
    if (this.state === null) {
      if (message.kind !== 'snapshot') {
        this.ask();
        return;
      }
      this.state = startState(message.run);
    }
    const next = reduce(this.state, message);
    if (message.kind === 'snapshot') {
      this.asked = -Infinity;
    }
    if (next.behind) {
      this.ask();
    }
    const changed = next.seq !== this.state.seq;
    this.state = next;
    if (changed) {
      this.offset = Math.max(this.offset ?? -Infinity, message.now_ms - performance.now());
      this.changes.dispatchEvent(new Event('change'));
    }
  }

  /** Ask for a snapshot, once until it comes or was lost. */
  private ask(): void {
    const now = performance.now();
    if (now - this.asked >= ASK_AGAIN) {
      this.asked = now;
      this.send({ kind: 'ready' });
    }
  }

  private send(message: BrowserMessage): void {
    this.model?.send(message);
  }
}

/** JupyterLab's renderer for what is finished, the bundled one for what is being written and everywhere else. */
function markdownFor(model: AnyModel<Traits>): Markdown {
  const manager: unknown = model.widget_manager;
  if (typeof manager !== 'object' || manager === null || !('rendermime' in manager)) {
    return bundledMarkdown;
  }
  const rendermime = manager.rendermime as Partial<RenderMime> | null | undefined;
  if (typeof rendermime?.createRenderer !== 'function') {
    return bundledMarkdown;
  }
  const host = hostMarkdown(rendermime as RenderMime);
  return { render: host.render, draft: bundledMarkdown.draft };
}

function showRun(live: LiveRun, model: AnyModel<Traits>, el: HTMLElement, signal: AbortSignal): void {
  const view = new RunView({
    markdown: markdownFor(model),
    signal,
    onStop: () => live.stop(),
    onSteer: text => live.steer(text)
  });
  let frame: number | null = null;
  const paint = (): void => {
    frame = null;
    if (live.run !== null) {
      view.update(live.run, live.clock);
    }
  };
  live.changes.addEventListener('change', () => (frame ??= requestAnimationFrame(paint)), { signal });
  signal.addEventListener('abort', () => {
    if (frame !== null) {
      cancelAnimationFrame(frame);
    }
    view.node.remove();
  });
  el.append(view.node);
  paint();
}

/** anywidget calls this once per widget, so that `initialize` and every `render` share one run. */
export default (): { initialize: Initialize<Traits>; render: Render<Traits> } => {
  const live = new LiveRun();
  return {
    initialize({ model, signal }) {
      const ended = new AbortController();
      signal?.addEventListener('abort', () => ended.abort());
      live.start(model, ended.signal);
      return () => ended.abort();
    },
    render({ model, el, signal }) {
      const ended = new AbortController();
      signal?.addEventListener('abort', () => ended.abort());
      showRun(live, model, el, ended.signal);
      return () => ended.abort();
    }
  };
};
