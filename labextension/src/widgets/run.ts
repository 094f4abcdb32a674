/** The live widget's front end (anywidget): keeps the run up to date from messages and draws it in every view. */

import type { AnyModel, Initialize, Render } from '@anywidget/types';
import { LiveRun, drawLive } from '../run/live';
import { readRun } from '../run/read';
import { whenModelEnds } from '../view/ending';
import { pageMarkdown } from '../view/page';
import { RunView } from '../view/run';
import { Typesetter, type ToMathML } from '../view/typesetter';
import { loadPart, type PartTraits } from './parts';

interface Traits extends PartTraits {
  run: unknown;
}

function showRun(live: LiveRun, typesetter: Typesetter, el: HTMLElement, signal: AbortSignal): void {
  const view = new RunView({ markdown: pageMarkdown(typesetter), signal, send: message => live.send(message) });
  signal.addEventListener('abort', () => view.node.remove());
  el.append(view.node);
  drawLive(live, view, signal);
}

/** Typeset formulas once the kernel names the part for it: it does for the first answer that may hold one. */
function typesetWhenNamed(model: AnyModel<Traits>, typesetter: Typesetter, signal: AbortSignal): void {
  const load = (): void => {
    if (model.get('math') !== '') {
      void loadPart<{ mathml: ToMathML }>(model, 'math').then(({ mathml }) => typesetter.begin(mathml));
    }
  };
  model.on('change:math', load);
  signal.addEventListener('abort', () => model.off('change:math', load));
  load();
}

/** The loader calls this once per widget, so that `initialize` and every `render` share one run. */
export default (): { initialize: Initialize<Traits>; render: Render<Traits> } => {
  let live: LiveRun | null = null;
  const typesetter = new Typesetter();
  return {
    initialize({ model, signal }) {
      const ended = new AbortController();
      signal?.addEventListener('abort', () => ended.abort());
      const run = new LiveRun(readRun(model.get('run')), message => model.send(message));
      live = run;
      const onMessage = (message: unknown): void => run.receive(message);
      model.on('msg:custom', onMessage);
      ended.signal.addEventListener('abort', () => {
        model.off('msg:custom', onMessage);
        run.rest();
      });
      whenModelEnds(model, ended.signal, () => run.end('unknown'));
      typesetWhenNamed(model, typesetter, ended.signal);
      run.ask();
      return () => ended.abort();
    },
    render({ el, signal }) {
      const ended = new AbortController();
      signal?.addEventListener('abort', () => ended.abort());
      if (live !== null) {
        showRun(live, typesetter, el, ended.signal);
      }
      return () => ended.abort();
    }
  };
};
