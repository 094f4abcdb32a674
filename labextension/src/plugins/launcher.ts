/** The quickstart: a copy of it, which this extension carries, is put into the present folder and opened. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import quickstart from '../../../notebooks/01_quickstart.ipynb';
import { sessionsIcon } from '../panel/icon';
import { __ } from '../texts';
import { ITexts, OPEN_QUICKSTART } from './tokens';

const NAME = 'quickstart';

/** The first of quickstart.ipynb, quickstart-1.ipynb, … that is not taken. */
export function freeName(taken: ReadonlySet<string>): string {
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? `${NAME}.ipynb` : `${NAME}-${number}.ipynb`;
    if (!taken.has(name)) {
      return name;
    }
  }
}

/** Named alone, where nothing near says of what it is; the palette has a heading. */
function labelFor(place: unknown): string {
  if (place === 'launcher') {
    return __('Responses quickstart');
  }
  return place === 'menu' ? __('Responses Quickstart') : __('Open the Quickstart');
}

async function copyInto(contents: Contents.IManager, folder: string): Promise<string> {
  const listing = (await contents.get(folder, { type: 'directory', content: true })).content as readonly Contents.IModel[];
  const path = PathExt.join(folder, freeName(new Set(listing.map(each => each.name))));
  const content: unknown = JSON.parse(quickstart);
  return (await contents.save(path, { type: 'notebook', format: 'json', content })).path;
}

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'ws-notebook:launcher',
  description: 'Opens a copy of the quickstart.',
  autoStart: true,
  optional: [ILauncher, ICommandPalette, IDefaultFileBrowser, INotebookTracker, ITexts],
  activate: (
    app: JupyterFrontEnd,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
    notebooks: INotebookTracker | null
  ) => {
    const folder = (given: unknown): string => {
      const beside = notebooks?.currentWidget?.context.path;
      return typeof given === 'string' ? given : (browser?.model.path ?? PathExt.dirname(beside ?? ''));
    };
    app.commands.addCommand(OPEN_QUICKSTART, {
      label: args => labelFor(args['place']),
      caption: __('A copy of a notebook that shows prompt cells, tools and the timeline. It needs no key.'),
      icon: args => (args['place'] === 'launcher' ? sessionsIcon : undefined),
      execute: async args => {
        try {
          const path = await copyInto(app.serviceManager.contents, folder(args['cwd']));
          return await app.commands.execute('docmanager:open', { path });
        } catch (reason) {
          void showErrorMessage(__('The quickstart could not be put into this folder'), String(reason));
          return null;
        }
      }
    });
    launcher?.add({ command: OPEN_QUICKSTART, category: __('Other'), rank: 90, args: { place: 'launcher' } });
    palette?.addItem({ command: OPEN_QUICKSTART, category: __('Responses'), args: { place: 'palette' } });
  }
};
