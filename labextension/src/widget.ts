/** The live widget's front end (anywidget): keeps the run up to date from messages and draws it in every view. */

import type { AnyModel, Initialize, Render } from '@anywidget/types';
import { LiveRun, drawLive } from './live';
import { readRun } from './read';
import { bundledMarkdown } from './view/bundled';
import { liveMarkdown, type RenderMime } from './view/host';
import type { Markdown } from './view/markdown';
import { RunView } from './view/run';

interface Traits {
  run: unknown;
  [trait: string]: unknown;
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
  return liveMarkdown(rendermime as RenderMime);
}

function showRun(live: LiveRun, model: AnyModel<Traits>, el: HTMLElement, signal: AbortSignal): void {
  const view = new RunView({ markdown: markdownFor(model), signal, send: message => live.send(message) });
  signal.addEventListener('abort', () => view.node.remove());
  el.append(view.node);
  drawLive(live, view, signal);
}

/** anywidget calls this once per widget, so that `initialize` and every `render` share one run. */
export default (): { initialize: Initialize<Traits>; render: Render<Traits> } => {
  let live: LiveRun | null = null;
  return {
    initialize({ model, signal }) {
      const ended = new AbortController();
      signal?.addEventListener('abort', () => ended.abort());
      const run = new LiveRun(readRun(model.get('run')), message => model.send(message));
      live = run;
      const onMessage = (message: unknown): void => run.receive(message);
      model.on('msg:custom', onMessage);
      ended.signal.addEventListener('abort', () => model.off('msg:custom', onMessage));
      run.ask();
      return () => ended.abort();
    },
    render({ model, el, signal }) {
      const ended = new AbortController();
      signal?.addEventListener('abort', () => ended.abort());
      if (live !== null) {
        showRun(live, model, el, ended.signal);
      }
      return () => ended.abort();
    }
  };
};
