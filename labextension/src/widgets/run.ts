/** The live widget's front end (anywidget): keeps the run up to date from messages and draws it in every view. */

import type { AnyModel, Initialize, Render } from '@anywidget/types';
import { readRun } from '../run/bundle';
import { LiveRun, drawLive } from '../run/live';
import { whenModelEnds } from '../view/ending';
import { heed, lasting } from '../view/model';
import { pageFinish } from '../view/page';
import { RunView } from '../view/run';
import { Typesetter, type ToMathML } from '../view/typesetter';
import { loadPart, type PartTraits } from './parts';

interface Traits extends PartTraits {
  run: unknown;
}

function showRun(live: LiveRun, typesetter: Typesetter, el: HTMLElement, signal: AbortSignal): void {
  const view = new RunView({ finish: pageFinish(typesetter), signal, send: message => live.send(message) });
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
  heed(model, 'change:math', load, signal);
  load();
}

/** The loader calls this once per widget, so that `initialize` and every `render` share one run. */
export default (): { initialize: Initialize<Traits>; render: Render<Traits> } => {
  let live: LiveRun | null = null;
  const typesetter = new Typesetter();
  return {
    initialize({ model, signal }) {
      return lasting(signal, over => {
        const run = new LiveRun(readRun(model.get('run')), message => model.send(message));
        live = run;
        heed(model, 'msg:custom', message => run.receive(message), over);
        over.addEventListener('abort', () => run.rest());
        whenModelEnds(model, over, () => run.end('unknown'));
        typesetWhenNamed(model, typesetter, over);
        run.ask();
      });
    },
    render({ el, signal }) {
      return lasting(signal, over => live !== null && showRun(live, typesetter, el, over));
    }
  };
};
