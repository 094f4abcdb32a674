/** The latest run of each prompt cell. */

import type { IPlugin } from '@lumino/application';
import { Badges } from '../cells/badges';
import { IBadges, IKernels, ITexts } from './tokens';

export const badgesPlugin: IPlugin<unknown, IBadges> = {
  id: 'ws-notebook:badges',
  description: 'Knows the latest run of each prompt cell.',
  autoStart: true,
  requires: [IKernels],
  optional: [ITexts],
  provides: IBadges,
  activate: (_app: unknown, kernels: IKernels) => new Badges(kernels)
};
