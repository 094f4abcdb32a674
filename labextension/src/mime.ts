/** Draws saved runs in JupyterLab and Notebook 7, with no kernel. */

import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { IPlugin } from '@lumino/application';
import { Widget } from '@lumino/widgets';
import { MIME_TYPE } from './bundle';
import { readRun } from './read';
import { hostMarkdown, type RenderMime } from './view/host';
import { RunView } from './view/run';

/** A run as an output. The host keeps one instance while the output is updated. */
class RenderedRun extends Widget implements IRenderMime.IRenderer {
  private readonly ended = new AbortController();
  private readonly view: RunView;

  constructor(rendermime: RenderMime) {
    super();
    this.addClass('wsn-output');
    this.view = new RunView({ markdown: hostMarkdown(rendermime), signal: this.ended.signal, onStop: null, onSteer: null });
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const run = readRun(model.data[MIME_TYPE]);
    if (run === null) {
      this.node.textContent = 'This output holds no run that can be read.';
      return;
    }
    this.view.update(run, null);
    this.node.replaceChildren(this.view.node);
    await this.view.rendered();
  }

  override dispose(): void {
    this.ended.abort();
    super.dispose();
  }
}

export const mimePlugin: IPlugin<unknown, void> = {
  id: 'ws-notebook:mime',
  description: 'Draws saved runs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app: unknown, rendermime: IRenderMimeRegistry) => {
    rendermime.addFactory(
      {
        // Everything in a bundle is shown as text or sanitised, so an untrusted notebook shows it too.
        safe: true,
        mimeTypes: [MIME_TYPE],
        createRenderer: ({ resolver, linkHandler }) =>
          new RenderedRun(
            rendermime.clone({
              ...(resolver === null ? {} : { resolver }),
              ...(linkHandler === null ? {} : { linkHandler })
            })
          )
      },
      // Before text/html, whose rank is 50.
      0
    );
  }
};
