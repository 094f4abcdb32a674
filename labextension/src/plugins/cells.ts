/** Cells that begin with %%responses look like prompts, in every editor of a notebook's cell. */

import type { Language } from '@codemirror/language';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry, IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IPlugin } from '@lumino/application';
import type { Badges } from '../cells/badges';
import css from '../cells/cells.css';
import { withValues } from '../cells/language';
import { promptExtension } from '../cells/prompt';
import { addSheet } from '../view/sheet';
import { IBadges, IOptions } from './tokens';

/** JupyterLab's Markdown of cells, with mathematics and code blocks. */
const MARKDOWN = 'ipythongfm';

export const cellsPlugin: IPlugin<unknown, void> = {
  id: 'ws-notebook:cells',
  description: 'Draws %%responses cells as prompts.',
  autoStart: true,
  requires: [IEditorExtensionRegistry, IEditorLanguageRegistry, IBadges, IOptions],
  activate: (
    _app: unknown,
    extensions: IEditorExtensionRegistry,
    languages: IEditorLanguageRegistry,
    badges: Badges,
    options: IOptions
  ) => {
    let markdown: Language | null = null;
    void languages.getLanguage(MARKDOWN).then(found => {
      markdown = withValues(found?.support?.language ?? null);
      badges.refresh();
    });
    options.changed.connect(() => badges.refresh());
    // Those of the status bar's item and of the flash of a revealed cell too.
    addSheet(document, 'cells', css);
    extensions.addExtension({
      name: 'ws-notebook:prompt',
      factory: ({ model }) => {
        if (!isCodeCell(model)) {
          return null;
        }
        const extension = promptExtension({
          looks: () => options.values.promptCells,
          language: () => (options.values.promptCells ? markdown : null),
          badge: source => (options.values.badges ? badges.badge(model, source) : null),
          listen: listener => {
            const end = badges.listen(model.id, listener);
            model.outputs.changed.connect(listener);
            return () => {
              end();
              // A disposed cell has no outputs any more.
              if (!model.isDisposed) {
                model.outputs.changed.disconnect(listener);
              }
            };
          }
        });
        return EditorExtensionRegistry.createImmutableExtension(extension);
      }
    });
  }
};

function isCodeCell(model: CodeEditor.IModel): model is ICodeCellModel {
  return 'type' in model && model.type === 'code' && 'outputs' in model;
}
