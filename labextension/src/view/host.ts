/**
 * Markdown by JupyterLab's own parser, with its math and its code colours; made safe here, since its sanitiser lets forms,
 * foreign pictures and styles pass.
 */

import { removeMath, replaceMath } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { bundledMarkdown, safeNodes } from './bundled';
import { element } from './dom';
import type { Markdown } from './markdown';
import { dollars } from './tex';

/** The part of JupyterLab's rendermime registry that is used. */
export interface RenderMime {
  readonly markdownParser: IRenderMime.IMarkdownParser | null;
  readonly latexTypesetter: IRenderMime.ILatexTypesetter | null;
}

/** What math may do beyond math: links to elsewhere than the web, styles, classes, further packages. */
const NO_MATH = /\\(?:href|url)\s*\{(?!\s*https?:)[^}]*\}|\\(?:require|style|class|cssId|data|includegraphics|unicode)\b/gi;

/** The host's renderer for what is finished, the bundled one, which is faster, for what is being written. */
export function hostMarkdown({ markdownParser, latexTypesetter }: RenderMime): Markdown {
  if (markdownParser === null) {
    return bundledMarkdown;
  }
  return {
    draft: bundledMarkdown.draft,
    render: async source => {
      const { text, math } = removeMath(dollars(source));
      const html = await markdownParser.render(text);
      const node = element('div', {});
      // Formulas go in as text, behind the sanitiser.
      node.append(safeNodes(html));
      if (math.length > 0) {
        putBack(node, math.map(formula => formula.replace(NO_MATH, '')));
        latexTypesetter?.typeset(node);
      }
      return node;
    }
  };
}

/** Replace the marks that `removeMath` left by the formulas, in texts only. */
function putBack(node: HTMLElement, math: string[]): void {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let next = walker.nextNode(); next !== null; next = walker.nextNode()) {
    const text = next as Text;
    const whole = replaceMath(text.data, math);
    if (whole !== text.data) {
      text.data = whole;
    }
  }
}
