/** Markdown on pages that have no renderer of their own: with coloured code, and formulas as MathML. */

import { safeMarkdown } from './bundled';
import { colourCode } from './code';
import type { Markdown } from './markdown';
import type { Typesetter } from './typesetter';

/** What is still being written stays plain, as in JupyterLab. */
export function pageMarkdown(typesetter: Typesetter): Markdown {
  return {
    draft: safeMarkdown,
    render: source => {
      const nodes = safeMarkdown(source);
      colourCode(nodes);
      typesetter.typeset(nodes);
      return { nodes, done: null };
    }
  };
}
