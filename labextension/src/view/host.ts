/** Markdown by JupyterLab's own renderer: its look, its math, its code colours, its sanitiser. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { bundledMarkdown } from './bundled';
import type { Markdown } from './markdown';

/** The part of JupyterLab's rendermime registry that is used. */
export interface RenderMime {
  createRenderer(mimeType: string): IRenderMime.IRenderer;
  readonly latexTypesetter: IRenderMime.ILatexTypesetter | null;
}

export function hostMarkdown(rendermime: RenderMime): Markdown {
  return {
    draft: () => null,
    render: async source => {
      const renderer = rendermime.createRenderer('text/markdown');
      // Never trusted: the host then sanitises what a model wrote, in a trusted notebook too.
      await renderer.renderModel({
        trusted: false,
        data: { 'text/markdown': source },
        metadata: {},
        setData: () => undefined
      });
      rendermime.latexTypesetter?.typeset(renderer.node);
      return renderer.node;
    }
  };
}

/** The host's renderer for what is finished, the bundled one, which is faster, for what is being written. */
export function liveMarkdown(rendermime: RenderMime): Markdown {
  return { render: hostMarkdown(rendermime).render, draft: bundledMarkdown.draft };
}
