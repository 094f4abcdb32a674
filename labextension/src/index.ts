import { kernelsPlugin } from './kernels';
import { mimePlugin } from './mime';
import { panelPlugin } from './panel';

export default [mimePlugin, kernelsPlugin, panelPlugin];
