/** The live widget's front end (anywidget): keeps the run up to date from messages and draws it in every view. */

import type { Initialize, Render } from '@anywidget/types';
import { LiveRun, drawLive } from './live';
import { readRun } from './read';
import { bundledMarkdown } from './view/bundled';
import { RunView } from './view/run';

interface Traits {
  run: unknown;
  [trait: string]: unknown;
}

function showRun(live: LiveRun, el: HTMLElement, signal: AbortSignal): void {
  const view = new RunView({ markdown: bundledMarkdown, signal, send: message => live.send(message) });
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
    render({ el, signal }) {
      const ended = new AbortController();
      signal?.addEventListener('abort', () => ended.abort());
      if (live !== null) {
        showRun(live, el, ended.signal);
      }
      return () => ended.abort();
    }
  };
};
