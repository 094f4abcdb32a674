import { badgesPlugin } from './plugins/badges';
import { cellsPlugin } from './plugins/cells';
import { commandsPlugin } from './plugins/commands';
import { foldsPlugin } from './plugins/folds';
import { kernelsPlugin } from './plugins/kernels';
import { keysPlugin } from './plugins/keys';
import { launcherPlugin } from './plugins/launcher';
import { mimePlugin } from './plugins/mime';
import { optionsPlugin } from './plugins/options';
import { panelPlugin } from './plugins/panel';
import { statusPlugin } from './plugins/status';
import { textsPlugin } from './plugins/texts';

export default [
  textsPlugin,
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
