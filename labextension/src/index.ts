import { badgesPlugin, cellsPlugin } from './cells';
import { commandsPlugin } from './commands';
import { foldsPlugin } from './folds';
import { kernelsPlugin } from './kernels';
import { keysPlugin } from './keys';
import { launcherPlugin } from './launcher';
import { mimePlugin } from './mime';
import { optionsPlugin } from './options';
import { panelPlugin } from './panel';
import { statusPlugin } from './status';

export default [
  mimePlugin,
  optionsPlugin,
  foldsPlugin,
  kernelsPlugin,
  badgesPlugin,
  cellsPlugin,
  commandsPlugin,
  keysPlugin,
  launcherPlugin,
  panelPlugin,
  statusPlugin
];
