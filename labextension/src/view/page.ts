/** Markdown on pages that have no renderer of their own: with coloured code, and formulas as MathML. */

import { colourCode } from './code';
import type { Finish } from './markdown';
import type { Typesetter } from './typesetter';

export function pageFinish(typesetter: Typesetter): Finish {
  return nodes => {
    colourCode(nodes);
    typesetter.typeset(nodes);
    return null;
  };
}
