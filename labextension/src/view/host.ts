/**
 * Markdown in JupyterLab: read by the bundled parser, in which nothing that a model writes can break out or get lost, with
 * the host's own typesetting and code colours.
 */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { safeNodes } from './bundled';
import { fenced } from './format';
import type { Finish } from './markdown';
import { whenSeen, type Draw } from './sight';

/** The part of JupyterLab's rendermime registry that is used. */
export interface RenderMime {
  readonly markdownParser: IRenderMime.IMarkdownParser | null;
  readonly latexTypesetter: IRenderMime.ILatexTypesetter | null;
}

/** What math may do beyond math: links to elsewhere than the web, styles, classes, further packages. */
const NO_MATH = /\\(?:href|url)\s*\{(?!\s*https?:)[^}]*\}|\\(?:require|style|class|cssId|data|includegraphics|unicode)\b/gi;

/** Code that is longer stays plain: colouring it would hold up the page. */
const LONGEST_CODE = 50_000;

/** By these classes the typesetter passes over what stands in an element, and does not after all. */
const PASS = ['mathjax_ignore', 'tex2jax_ignore'];
const TAKE = ['mathjax_process', 'tex2jax_process'];

export function hostFinish({ markdownParser, latexTypesetter }: RenderMime): Finish {
  const draw = latexTypesetter === null ? null : (formulas: readonly Element[]) => drawn(formulas, latexTypesetter);
  return nodes => {
    typeset(nodes, draw);
    return colour(nodes, markdownParser);
  };
}

/** Formulas only, when they are seen: signs elsewhere in the text are none. */
function typeset(nodes: DocumentFragment, draw: Draw | null): void {
  for (const formula of nodes.querySelectorAll<HTMLElement>('.wsn-tex')) {
    formula.textContent = (formula.textContent ?? '').replace(NO_MATH, '');
    if (draw !== null) {
      whenSeen(formula, draw);
    }
  }
}

/** All of an answer at once: the page is laid out for each time that the typesetter is called. */
async function drawn(formulas: readonly Element[], typesetter: IRenderMime.ILatexTypesetter): Promise<void> {
  const texts = new Map<Element, Element[]>();
  for (const formula of formulas) {
    const text = formula.closest('.wsn-text') ?? formula;
    texts.set(text, [...(texts.get(text) ?? []), formula]);
  }
  for (const [text, mine] of texts) {
    text.classList.add(...PASS);
    mine.forEach(formula => formula.classList.add(...TAKE));
    try {
      // It is declared to be done at once, and gives a promise.
      await (typesetter.typeset(text as HTMLElement) as unknown as PromiseLike<void>);
    } finally {
      text.classList.remove(...PASS);
      mine.forEach(formula => formula.classList.remove(...TAKE));
    }
  }
}

function colour(nodes: DocumentFragment, parser: IRenderMime.IMarkdownParser | null): Promise<unknown> | null {
  const blocks = [...nodes.querySelectorAll('pre > code[class^="language-"]')];
  if (parser === null || blocks.length === 0) {
    return null;
  }
  return Promise.all(
    blocks.map(async block => {
      const code = block.textContent ?? '';
      if (code.length <= LONGEST_CODE) {
        const html = await parser.render(fenced(code.trimEnd(), block.className.slice('language-'.length)));
        const coloured = safeNodes(html).querySelector('pre > code');
        // Colours only: whatever else the host makes of a language, the code is what is shown.
        if (coloured?.textContent?.trimEnd() === code.trimEnd()) {
          block.replaceChildren(...coloured.childNodes);
        }
      }
    })
  );
}

