/** Puts formulas in place of their TeX, as soon as the code for it is there. */

import DOMPurify, { type Config } from 'dompurify';
import { whenSeen } from './sight';

export type ToMathML = (tex: string, display: boolean) => string;

const CONFIG: Config & { RETURN_DOM_FRAGMENT: true } = {
  RETURN_DOM_FRAGMENT: true,
  USE_PROFILES: { mathMl: true },
  ADD_ATTR: ['style', 'class'],
  FORBID_TAGS: ['maction', 'annotation', 'annotation-xml', 'style'],
  FORBID_ATTR: ['href', 'xlink:href', 'id', 'name'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false
};

/** What a formula may set: where its own parts stand, and their colour. */
const STYLES = /^(?:color|text-align|math-(?:style|depth|shift)|width|height|(?:padding|border|margin)(?:-[a-z-]+)?|vertical-align)$/;

/** What tells where a column of a table is aligned. */
const CLASSES = new Set(['tml-left', 'tml-right']);

export class Typesetter {
  private waiting: Element[] = [];
  private toMathML: ToMathML | null = null;

  /** From now on formulas are typeset, those that waited too. */
  begin(toMathML: ToMathML): void {
    this.toMathML = toMathML;
    const { waiting } = this;
    this.waiting = [];
    waiting.forEach(node => whenSeen(node, this.draw));
  }

  /** Typeset the formulas in `root` when they are seen, once they can be. */
  typeset(root: ParentNode): void {
    for (const node of root.querySelectorAll('.wsn-tex')) {
      if (this.toMathML === null) {
        this.waiting.push(node);
      } else {
        whenSeen(node, this.draw);
      }
    }
  }

  private readonly draw = (nodes: readonly Element[]): void => nodes.forEach(node => this.replace(node));

  private replace(node: Element): void {
    if (this.toMathML === null) {
      return;
    }
    const formula = formulaOf(node.textContent ?? '', this.toMathML);
    if (formula !== null) {
      node.replaceChildren(formula);
    }
  }
}

/** Safe MathML of a formula with its signs; null where it cannot be read, and stays as it is. */
function formulaOf(text: string, toMathML: ToMathML): Node | null {
  const display = text.startsWith('$$');
  const mark = display ? 2 : 1;
  let html: string;
  try {
    html = toMathML(text.slice(mark, -mark).trim(), display);
  } catch {
    return null;
  }
  const math = html.startsWith('<math') ? DOMPurify.sanitize(html, CONFIG).querySelector('math') : null;
  if (math === null) {
    return null;
  }
  for (const part of [math, ...math.querySelectorAll('[class]')]) {
    part.setAttribute('class', [...part.classList].filter(name => CLASSES.has(name)).join(' '));
  }
  for (const part of math.querySelectorAll<MathMLElement>('[style]')) {
    for (const name of [...part.style]) {
      if (!STYLES.test(name) || /url|var|attr/i.test(part.style.getPropertyValue(name))) {
        part.style.removeProperty(name);
      }
    }
  }
  math.setAttribute('alttext', text.slice(mark, -mark).trim());
  return math;
}
