/** Has the timelines of a page begin as the settings say, and stay as their readers leave them. */

import { INotebookTracker } from '@jupyterlab/notebook';
import type { IPlugin } from '@lumino/application';
import { offerFolds } from '../view/folds';
import { FoldStore } from '../view/foldStore';
import { pageStore } from '../view/store';
import { IOptions } from './tokens';

/** The notebook and the cell that a node of the page stands in, by names that outlive the page. */
function placeOf(notebooks: INotebookTracker, node: Node): readonly [notebook: string, cell: string] | null {
  const panel = notebooks.find(each => each.node.contains(node));
  const cell = panel?.content.widgets.find(each => each.node.contains(node));
  return panel === undefined || cell === undefined ? null : [panel.context.path, cell.model.id];
}

export const foldsPlugin: IPlugin<unknown, void> = {
  id: 'ws-notebook:folds',
  description: "Keeps whether a cell's timeline is folded.",
  autoStart: true,
  requires: [INotebookTracker, IOptions],
  activate: (_app: unknown, notebooks: INotebookTracker, options: IOptions) => {
    const store = new FoldStore(pageStore());
    offerFolds({
      get beginning() {
        return options.values.timeline;
      },
      read: node => {
        const place = placeOf(notebooks, node);
        return place === null ? null : store.read(...place);
      },
      keep: (node, folded) => {
        const place = placeOf(notebooks, node);
        if (place !== null) {
          store.keep(...place, folded);
        }
      }
    });
  }
};
