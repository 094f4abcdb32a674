/** Has the extension and the widgets of its pages, whose scripts are their own, speak the reader's language. */

import { ITranslator } from '@jupyterlab/translation';
import type { IPlugin } from '@lumino/application';
import { DOMAIN, offerTexts, pageTexts, type Texts } from '../texts';
import { ITexts } from './tokens';

export const textsPlugin: IPlugin<unknown, Texts> = {
  id: 'ws-notebook:texts',
  description: "Gives the views their texts in the reader's language.",
  autoStart: true,
  optional: [ITranslator],
  provides: ITexts,
  activate: (_app: unknown, translator: ITranslator | null) => {
    if (translator !== null) {
      offerTexts(translator.load(DOMAIN));
    }
    return pageTexts();
  }
};
