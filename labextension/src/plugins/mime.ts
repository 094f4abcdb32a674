/** Draws runs in JupyterLab and Notebook 7: saved ones with no kernel, those that go on from the kernel's messages. */

import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { IPlugin } from '@lumino/application';
import type { JSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import type { NotebookKernel } from '../kernel/notebook';
import { RenderedRun } from '../kernel/rendered';
import { MIME_TYPE } from '../run/bundle';
import { offerFigures } from '../view/figures';
import type { Figure } from '../view/plotly';
import { IKernels, ITexts } from './tokens';

/** Before text/html, whose rank is 50. */
const RANK = 0;
/** Before the widgets, whose rank is -10: a widget's model may be gone when a notebook is opened again. */
const RANK_IN_NOTEBOOKS = -20;

/** Everything in a bundle is shown as text or sanitised, so an untrusted notebook shows it too. */
function factory(registry: IRenderMimeRegistry, kernel: NotebookKernel | null): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [MIME_TYPE],
    createRenderer: ({ resolver, linkHandler }) => {
      const rendermime = registry.clone({
        ...(resolver === null ? {} : { resolver }),
        ...(linkHandler === null ? {} : { linkHandler })
      });
      const output = new RenderedRun(rendermime, () => kernel?.link ?? null, () => kernel?.writes ?? true);
      if (kernel !== null) {
        const keep = (): void => output.keepPresent();
        const redraw = (): void => output.redraw();
        kernel.saving.connect(keep);
        kernel.linked.connect(redraw);
        output.disposed.connect(() => {
          kernel.saving.disconnect(keep);
          kernel.linked.disconnect(redraw);
        });
      }
      return output;
    }
  };
}

const PLOTLY = 'application/vnd.plotly.v1+json';

/** Have JupyterLab's renderer of plotly figures draw one. */
function drawFigure(rendermime: IRenderMimeRegistry, { data, layout }: Figure, into: HTMLElement): () => void {
  const renderer = rendermime.createRenderer(PLOTLY);
  const spec = { data, layout: { ...layout, width: undefined, height: undefined, autosize: true }, config: { responsive: true } };
  const model = rendermime.createModel({ data: { [PLOTLY]: JSON.parse(JSON.stringify(spec)) as JSONObject }, trusted: true });
  Widget.attach(renderer, into);
  renderer.renderModel(model).catch((reason: unknown) => {
    console.warn('ws-notebook: a figure could not be drawn', reason);
  });
  return () => renderer.dispose();
}

export const mimePlugin: IPlugin<unknown, void> = {
  id: 'ws-notebook:mime',
  description: 'Draws runs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IKernels, ITexts],
  activate: (_app: unknown, rendermime: IRenderMimeRegistry, kernels: IKernels | null) => {
    rendermime.addFactory(factory(rendermime, null), RANK);
    offerFigures(() => (rendermime.getFactory(PLOTLY) === undefined ? null : (figure, into) => drawFigure(rendermime, figure, into)));
    const drawLive = (kernel: NotebookKernel): void => {
      kernel.panel.content.rendermime.addFactory(factory(rendermime, kernel), RANK_IN_NOTEBOOKS);
    };
    kernels?.kernels.forEach(drawLive);
    kernels?.added.connect((_, kernel) => drawLive(kernel));
  }
};
