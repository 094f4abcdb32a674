/** The latest run of each prompt cell. */

import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IPlugin } from '@lumino/application';
import { Badges } from '../cells/badges';
import { DOMAIN } from '../texts';
import { IBadges, IKernels } from './tokens';

export const badgesPlugin: IPlugin<unknown, IBadges> = {
  id: 'ws-notebook:badges',
  description: 'Knows the latest run of each prompt cell.',
  autoStart: true,
  requires: [IKernels],
  optional: [ITranslator],
  provides: IBadges,
  activate: (_app: unknown, kernels: IKernels, translator: ITranslator | null) =>
    new Badges(kernels, (translator ?? nullTranslator).load(DOMAIN))
};
