/** Cells that begin with %%responses look like prompts, in every editor of a notebook's cell. */

import type { Language } from '@codemirror/language';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry, IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IPlugin } from '@lumino/application';
import { Token } from '@lumino/coreutils';
import { Badges } from '../cells/badges';
import { withValues } from '../cells/language';
import { promptExtension } from '../cells/prompt';
import { addCellStyles } from '../cells/styles';
import { IKernels } from './kernels';
import { IOptions } from './options';
import { DOMAIN } from '../texts';

export const IBadges = new Token<Badges>('ws-notebook:IBadges', 'The latest run of each prompt cell.');

/** JupyterLab's Markdown of cells, with mathematics and code blocks. */
const MARKDOWN = 'ipythongfm';

export const badgesPlugin: IPlugin<unknown, Badges> = {
  id: 'ws-notebook:badges',
  description: 'Knows the latest run of each prompt cell.',
  autoStart: true,
  requires: [IKernels],
  optional: [ITranslator],
  provides: IBadges,
  activate: (_app: unknown, kernels: IKernels, translator: ITranslator | null) =>
    new Badges(kernels, (translator ?? nullTranslator).load(DOMAIN))
};

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
    addCellStyles();
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
